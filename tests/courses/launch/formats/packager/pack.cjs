// Makes a SCORM package of a folder: node pack.cjs <version> <source> <output folder>
const pack = require("simple-scorm-packager");
const [version, source, outputFolder] = process.argv.slice(2);
pack(
  {
    version, source, title: "Cwrs ŷ", language: "cy", organization: "Llwybr", identifier: "00", masteryScore: 80,
    startingPage: "index.html", package: { version: "1", zip: true, outputFolder },
  },
  () => process.exit(0),
);
