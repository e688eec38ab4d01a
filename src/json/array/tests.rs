//! Compares the splitter with `serde_json`.

use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::*;
use crate::json::item_buffer::HEAD;

/// Pushes `bytes` in chunks that end at `cuts`. Returns the elements, or the error.
fn split(
    bytes: &[u8],
    cuts: &[usize],
    limit: usize,
    ahead: bool,
) -> Result<Vec<(Vec<u8>, usize)>, SplitError> {
    let mut splitter = Splitter::new(limit);
    let mut elements = Vec::new();
    let mut from = 0;
    for to in cuts.iter().copied().chain([bytes.len()]) {
        splitter.push(&bytes[from..to]);
        from = to;
        if ahead {
            splitter.read_ahead(|text| {
                let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
                values.next()?.ok()?;
                let bytes = text.as_bytes()[..values.byte_offset()].to_vec();
                let length = bytes.len();
                elements.push((bytes, length));
                Some(length)
            })?;
        }
        while let Some(piece) = splitter.next_item()? {
            elements.push(match piece {
                Item::Whole(bytes) => (bytes.to_vec(), bytes.len()),
                Item::TooLarge(head, size) => (head.to_vec(), size),
            });
        }
    }
    splitter.finish()?;
    Ok(elements)
}

fn agrees(bytes: &[u8], cuts: &[usize]) -> Result<(), TestCaseError> {
    agrees_with(split(bytes, cuts, usize::MAX, false), bytes)?;
    agrees_with(split(bytes, cuts, usize::MAX, true), bytes)
}

/// Checks that the splitter finds the same elements as `serde_json`, or fails when it fails.
fn agrees_with(
    found: Result<Vec<(Vec<u8>, usize)>, SplitError>,
    bytes: &[u8],
) -> Result<(), TestCaseError> {
    let expected = serde_json::from_slice::<Vec<&RawValue>>(bytes);
    if let Ok(expected) = expected {
        let expected: Vec<_> = expected
            .iter()
            .map(|raw| raw.get().as_bytes().to_vec())
            .collect();
        let found: Vec<_> = found.unwrap().into_iter().map(|(bytes, _)| bytes).collect();
        prop_assert_eq!(found, expected);
    } else {
        let is_json =
            |(bytes, _): &(Vec<u8>, usize)| serde_json::from_slice::<&RawValue>(bytes).is_ok();
        prop_assert!(!found.is_ok_and(|elements| elements.iter().all(is_json)));
    }
    Ok(())
}

fn json() -> impl Strategy<Value = String> {
    let string =
        "[a-z\\[\\]{}\"\\\\ ,:é😀\n]{0,8}".prop_map(|text| serde_json::to_string(&text).unwrap());
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[1-9][0-9]{0,5}(\\.[0-9]{1,3})?(e[0-9])?",
        string.clone(),
    ];
    let blank = prop_oneof![Just(""), Just(" "), Just("\r\n\t")];
    leaf.prop_recursive(4, 40, 5, move |inner| {
        let items = prop::collection::vec((blank.clone(), inner.clone()), 0..5);
        let members = prop::collection::vec((string.clone(), blank.clone(), inner), 0..5);
        let array = items.prop_map(|items| {
            let items: Vec<_> = items
                .into_iter()
                .map(|(blank, item)| format!("{blank}{item}{blank}"))
                .collect();
            format!("[{}]", items.join(","))
        });
        let object = members.prop_map(|members| {
            let member = |(key, blank, value)| format!("{key}{blank}:{blank}{value}");
            format!(
                "{{{}}}",
                members
                    .into_iter()
                    .map(member)
                    .collect::<Vec<_>>()
                    .join(",")
            )
        });
        prop_oneof![array, object]
    })
}

fn array() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(json(), 0..6)
        .prop_map(|items| format!(" [{}]\n", items.join(", ")).into_bytes())
}

proptest! {
    #[test]
    fn agrees_at_every_boundary(bytes in array()) {
        for cut in 0..=bytes.len() {
            agrees(&bytes, &[cut])?;
        }
        agrees(&bytes, &(0..bytes.len()).collect::<Vec<_>>())?;
    }

    #[test]
    fn agrees_on_mutations(
        mut bytes in array(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..4),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        for (place, byte, way) in edits {
            let at = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            let byte = b"[]{}\",\\: 0n".get(usize::from(byte) % 14).copied().unwrap_or(byte);
            match way {
                0 => bytes.insert(at, byte),
                1 if !bytes.is_empty() => drop(bytes.remove(at)),
                _ if !bytes.is_empty() => bytes[at] = byte,
                _ => {}
            }
        }
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.sort_unstable();
        agrees(&bytes, &cuts)?;
    }

    #[test]
    fn large_elements_are_passed_over(sizes in prop::collection::vec(0..20_000_usize, 1..6), chunk in 1..5000_usize) {
        let items: Vec<_> = sizes.iter().map(|size| format!("{{\"id\":\"{}\"}}", "x".repeat(*size))).collect();
        let bytes = format!("[{}]", items.join(",")).into_bytes();
        let cuts: Vec<_> = (chunk..bytes.len()).step_by(chunk).collect();
        let found = split(&bytes, &cuts, 9000, false).unwrap();
        prop_assert_eq!(found.len(), items.len());
        for ((bytes, size), item) in found.iter().zip(&items) {
            prop_assert_eq!(*size, item.len());
            let kept = if item.len() > 9000 { HEAD } else { item.len() };
            prop_assert_eq!(bytes.as_slice(), &item.as_bytes()[..kept]);
        }
    }
}

#[test]
fn memory_is_given_back_after_a_large_element() {
    let mut splitter = Splitter::new(10_000);
    splitter.push(b"[\"");
    for _ in 0..1000 {
        splitter.push(&[b'x'; 10_000]);
        assert_eq!(splitter.next_item(), Ok(None));
        assert!(splitter.buffer.bytes.capacity() < 50_000);
    }
}
