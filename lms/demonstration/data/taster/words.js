/* What the unit says, in both languages. It tells how courses run here, and nothing else. */
const WORDS = {
  en: {
    mark: "Demonstration. In place of the course's own content, which its provider holds.",
    next: "Next page", back: "Page before", leave: "Save and leave", finish: "Finish", answer: "Send my answers",
    again: "Try again", page: (n, of) => `Page ${n} of ${of}`,
    saved: "Saved. You can close this window.", trouble: "This could not be saved. Check your connection and try again.",
    gone: "This window was opened before. Go back to the course's page, and start it from there.",
    passed: (right, of) => `Passed: ${right} of ${of} right.`, failed: (right, of) => `${right} of ${of} right. You can try again.`,
    choose: "Answer every question first.",
    pages: [
      ["What a course reports", "A course tells your record that you opened it, how far you are, and when you have finished. If it has a test, it also tells the score. It tells nothing else about you."],
      ["Who sees it", "You see all of it, on the page of your enrolment. Your learning supervisor sees it, and whoever organises training where you enrolled. Reports count people and name nobody."],
      ["If something goes wrong", "Close the course and start it again: you go on where you were. If it is not complete and you think it should be, open “Everything that counts, with its evidence” on the page of your enrolment."],
    ],
    questions: [
      ["Where can you see what a course has reported about you?", ["On the page of your enrolment", "Nowhere", "Only your manager can see it"], 0],
      ["What happens when you close a course in the middle?", ["You start at the beginning", "You go on where you were", "Your enrolment ends"], 1],
    ],
  },
  cy: {
    mark: "Arddangosiad. Yn lle cynnwys y cwrs ei hun, sydd gan ei ddarparwr.",
    next: "Tudalen nesaf", back: "Tudalen flaenorol", leave: "Cadw a gadael", finish: "Gorffen", answer: "Anfon fy atebion",
    again: "Rhoi cynnig arall arni", page: (n, of) => `Tudalen ${n} o ${of}`,
    saved: "Wedi'i gadw. Gallwch gau'r ffenestr hon.", trouble: "Nid oedd modd cadw hyn. Gwiriwch eich cysylltiad a rhowch gynnig arall arni.",
    gone: "Agorwyd y ffenestr hon o'r blaen. Ewch yn ôl i dudalen y cwrs, a'i gychwyn oddi yno.",
    passed: (right, of) => `Wedi pasio: ${right} o ${of} yn gywir.`, failed: (right, of) => `${right} o ${of} yn gywir. Gallwch roi cynnig arall arni.`,
    choose: "Atebwch bob cwestiwn yn gyntaf.",
    pages: [
      ["Beth mae cwrs yn ei adrodd", "Mae cwrs yn dweud wrth eich cofnod eich bod wedi'i agor, pa mor bell yr ydych, a phryd y gorffenasoch. Os oes ganddo brawf, mae'n dweud y sgôr hefyd. Nid yw'n dweud dim byd arall amdanoch."],
      ["Pwy sy'n ei weld", "Rydych chi'n gweld y cyfan, ar dudalen eich cofrestriad. Mae eich goruchwylydd dysgu yn ei weld, a phwy bynnag sy'n trefnu hyfforddiant lle cofrestroch. Mae adroddiadau'n cyfrif pobl ac yn enwi neb."],
      ["Os aiff rhywbeth o'i le", "Caewch y cwrs a'i gychwyn eto: byddwch yn mynd ymlaen o'r lle'r oeddech. Os nad yw wedi'i gwblhau a'ch bod yn meddwl y dylai fod, agorwch “Popeth sy'n cyfrif, gyda'i dystiolaeth” ar dudalen eich cofrestriad."],
    ],
    questions: [
      ["Ble gallwch weld yr hyn y mae cwrs wedi'i adrodd amdanoch?", ["Ar dudalen eich cofrestriad", "Yn unman", "Dim ond eich rheolwr all ei weld"], 0],
      ["Beth sy'n digwydd pan fyddwch yn cau cwrs yn y canol?", ["Rydych yn dechrau o'r dechrau", "Rydych yn mynd ymlaen o'r lle'r oeddech", "Mae eich cofrestriad yn dod i ben"], 1],
    ],
  },
};
