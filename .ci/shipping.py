"""Reads the manifests of a release, and compares what they name with its checksums: shipping.py SHA256SUMS FOLDER"""

import json
import re
import sys
from pathlib import Path

import yaml

sums, folder = Path(sys.argv[1]), Path(sys.argv[2])
expected = {line.split()[1]: line.split()[0] for line in sums.read_text().splitlines()}
address = "https://github.com/someone/convexport/releases/download/v1.2.3/"

formula = (folder / "homebrew/convexport.rb").read_text()
pairs = re.findall(r'url "(.*)"\n\s+sha256 "(.*)"', formula)

scoop = json.loads((folder / "scoop/convexport.json").read_text())
assert scoop["version"] == "1.2.3"
windows = scoop["architecture"]["64bit"]
pairs.append((windows["url"], windows["hash"]))
assert windows["url"].endswith(windows["extract_dir"] + ".zip")

kinds = {}
for path in (folder / "winget").iterdir():
    manifest = yaml.safe_load(path.read_text())
    assert manifest["PackageIdentifier"] == "someone.convexport", path
    assert manifest["PackageVersion"] == "1.2.3", path
    kinds[manifest["ManifestType"]] = manifest
assert set(kinds) == {"version", "installer", "defaultLocale"}, kinds
(installer,) = kinds["installer"]["Installers"]
pairs.append((installer["InstallerUrl"], installer["InstallerSha256"].lower()))
(nested,) = kinds["installer"]["NestedInstallerFiles"]
assert nested["RelativeFilePath"] == windows["extract_dir"] + "\\convexport.exe"

for url, digest in pairs:
    assert url.startswith(address), url
    assert expected[url.removeprefix(address)] == digest, url
named = {url.removeprefix(address) for url, _ in pairs}
assert named == set(expected), named
