"""What a file says of itself, in XMP (ISO 16684-1), with the PDF/UA and PDF/A claims."""

from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape

PRODUCER = "Llwybr, with ReportLab"


@dataclass(frozen=True)
class About:
    """Title, subject and author of a file; its language (BCP 47), and the aware UTC instant it is dated."""

    title: str
    subject: str
    author: str
    language: str
    at: datetime


def xmp(about: About) -> bytes:
    """The packet. PDF/A wants the pdfuaid schema described in it (ISO 19005-2 §6.6.2.3)."""
    at = about.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return PACKET.format(
        title=escape(about.title), subject=escape(about.subject), author=escape(about.author),
        language=about.language, producer=PRODUCER, at=at,
    ).encode()  # fmt: skip


PACKET = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"'
    ' xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"><dc:format>application/pdf</dc:format>'
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>'
    "<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>"
    '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{subject}</rdf:li></rdf:Alt></dc:description>'
    "<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>"
    "<pdf:Producer>{producer}</pdf:Producer><xmp:CreatorTool>Llwybr</xmp:CreatorTool>"
    "<xmp:CreateDate>{at}</xmp:CreateDate><xmp:ModifyDate>{at}</xmp:ModifyDate><pdfuaid:part>1</pdfuaid:part>"
    "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>"
    '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    ' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    '<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>PDF/UA part</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)
