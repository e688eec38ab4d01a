"""Measures the redaction, and prints the tables of docs/redaction.md.

evaluate.py CONVEXPORT SEED [SENTENCES]
"""

import collections
import sys
from pathlib import Path

import identities
import planted
from convexport import redact, replaced
from sentences import REGIONS, sentences

RECALL, PRECISION = 0.95, 0.99


def structured(program, seed, count):
    """How much of what has a shape is found, and how much of what is found has one."""
    wanted, found, hits, right = (collections.Counter() for _ in range(4))
    missed, wrong = [], []
    for locale, region in REGIONS.items():
        made = sentences(locale, seed, count)
        after = redact(program, [([text], {}) for text, _ in made], "--region", region)
        for (text, spans), [shown] in zip(made, after, strict=True):
            places = replaced(text, shown)
            covered = {at for start, end, _ in places for at in range(start, end)}
            for start, end, kind in spans:
                if kind:
                    is_found = covered.issuperset(range(start, end))
                    for key in (kind, locale, "all"):
                        wanted[key] += 1
                        found[key] += is_found
                    if not is_found:
                        missed.append((locale, kind, text[start:end], shown))
            for start, end, label in places:
                is_right = any(kind and start < last and first < end for first, last, kind in spans)
                for key in (label.lower(), locale, "all"):
                    hits[key] += 1
                    right[key] += is_right
                if not is_right:
                    wrong.append((locale, label, text[start:end], text))
    print("| | values | recall | replaced | precision |\n|---|---|---|---|---|")
    labels = {"ip": ["ip", "mac"]}
    for key in [*sorted(set(wanted) - set(REGIONS) - {"all"}), *REGIONS, "all"]:
        of = labels.get(key, [key])
        replacements, correct = sum(hits[one] for one in of), sum(right[one] for one in of)
        precision = correct / replacements if replacements else 1
        print(f"| {key} | {wanted[key]} | {found[key] / wanted[key]:.3f} | {replacements} | {precision:.3f} |")
    log = Path("target/redaction-misses.txt")
    log.write_text("\n".join(map(str, ["missed", *missed, "", "wrong", *wrong])), encoding="utf-8")
    print(f"\nwhat was missed and what was wrong: {log}")
    return found["all"] / wanted["all"] >= RECALL and right["all"] / hits["all"] >= PRECISION


def main():
    program, seed = str(Path(sys.argv[1]).resolve()), int(sys.argv[2])
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
    print(f"seed {seed}, {count} sentences for each locale\n")
    good = [structured(program, seed, count), identities.measure(program, seed), planted.measure(program, seed)]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
