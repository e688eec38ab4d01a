//! Compares the splitter with `serde_json`: both must find the same elements in any bytes, in blocks of any size, with
//! any limit.

#![no_main]

use convexport::fuzz::{Item, SplitError, Splitter};
use libfuzzer_sys::fuzz_target;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

/// The first bytes of an input choose the sizes of the blocks, the limit, and what is repeated.
const CONTROL: usize = 6;
const NO_LIMIT: usize = usize::MAX;

/// An element as the splitter returns it: all its bytes, or its first bytes and its size.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    Element(Vec<u8>),
    TooLarge(Vec<u8>, usize),
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&[stretched, count, first, second, third, limit], rest)) =
        bytes.split_first_chunk::<CONTROL>()
    else {
        return;
    };
    let input = stretch(rest, stretched, usize::from(count.saturating_sub(128)) * 64);
    let sizes = [first, second, third].map(usize::from);

    let (whole, ended) = split(&input, NO_LIMIT, &[input.len()]);
    agrees_with_serde_json(&input, &whole, ended);

    let in_pieces = split(&input, NO_LIMIT, &sizes);
    assert_eq!(
        in_pieces,
        (whole.clone(), ended),
        "other pieces, other elements"
    );

    // Reads ahead where possible, as the exporter does.
    let (ahead, end) = split_with(&input, NO_LIMIT, &sizes, read_ahead);
    agrees_with_serde_json(&input, &ahead, end);

    // The splitter keeps 4096 bytes of an element above the limit, so limits below and above that are tried.
    for limit in [usize::from(limit), usize::from(limit) * 37] {
        let (found, end) = split(&input, limit, &sizes);
        assert_eq!(end, ended, "another end with the limit {limit}");
        assert_eq!(
            found.len(),
            whole.len(),
            "a limit neither hides nor makes elements"
        );
        for (found, whole) in found.iter().zip(&whole) {
            keeps_to(limit, found, whole);
        }
    }
});

/// Checks that every element and the end of the array are what `serde_json` finds.
fn agrees_with_serde_json(input: &[u8], found: &[Found], ended: Result<(), SplitError>) {
    match serde_json::from_slice::<Vec<&RawValue>>(input) {
        Ok(elements) => {
            let elements: Vec<_> = elements
                .iter()
                .map(|element| Found::Element(element.get().into()))
                .collect();
            assert_eq!((found, ended), (&*elements, Ok(())));
        }
        // The splitter does not check the elements, not even that they are UTF-8. Their parser does.
        Err(error) => assert!(
            ended.is_err() || found.iter().any(|found| !is_json(found)),
            "taken for an array, though {error}"
        ),
    }
}

fn is_json(found: &Found) -> bool {
    let Found::Element(bytes) = found else {
        panic!("nothing is too large without a limit");
    };
    serde_json::from_slice::<&RawValue>(bytes).is_ok_and(|value| value.get().as_bytes() == bytes)
}

/// Compares an element that was found with a limit to the same element without one.
fn keeps_to(limit: usize, found: &Found, whole: &Found) {
    let Found::Element(bytes) = whole else {
        panic!("nothing is too large without a limit");
    };
    match found {
        Found::Element(_) => {
            assert_eq!(found, whole);
            assert!(bytes.len() <= limit, "let through above the limit {limit}");
        }
        Found::TooLarge(head, size) => {
            assert_eq!(*size, bytes.len());
            assert!(*size > limit, "refused below the limit {limit}");
            assert!(!head.is_empty() && bytes.starts_with(head), "another head");
        }
    }
}

/// Splits an input that comes in blocks of these sizes, in turn. Returns everything that was found, and how it ended.
fn split(input: &[u8], limit: usize, sizes: &[usize]) -> (Vec<Found>, Result<(), SplitError>) {
    split_with(input, limit, sizes, |_, _| Ok(()))
}

/// Reads ahead: takes the objects that are complete.
fn read_ahead(splitter: &mut Splitter, found: &mut Vec<Found>) -> Result<(), SplitError> {
    splitter.read_ahead(|text| {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        let length = values.byte_offset();
        found.push(Found::Element(text.as_bytes()[..length].to_vec()));
        Some(length)
    })
}

fn split_with(
    input: &[u8],
    limit: usize,
    sizes: &[usize],
    ahead: impl Fn(&mut Splitter, &mut Vec<Found>) -> Result<(), SplitError>,
) -> (Vec<Found>, Result<(), SplitError>) {
    let mut splitter = Splitter::new(limit);
    let mut found = Vec::new();
    let mut rest = input;
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let size = sizes.next().map_or(1, |size| (*size).max(1));
        let (piece, later) = rest.split_at(size.min(rest.len()));
        splitter.push(piece);
        rest = later;
        if let Err(error) = ahead(&mut splitter, &mut found) {
            return (found, Err(error));
        }
        loop {
            match splitter.next_item() {
                Ok(None) => break,
                Ok(Some(Item::Whole(bytes))) => found.push(Found::Element(bytes.to_vec())),
                Ok(Some(Item::TooLarge(head, size))) => {
                    found.push(Found::TooLarge(head.to_vec(), size));
                }
                Err(error) => return (found, Err(error)),
            }
        }
    }
    (found, splitter.finish())
}

/// Repeats each `byte` of the input, so that short inputs make long elements. Repeats only some, to stay fast.
fn stretch(input: &[u8], byte: u8, times: usize) -> Vec<u8> {
    let times = |b: u8| if b == byte { times.max(1) } else { 1 };
    input
        .iter()
        .flat_map(|&b| std::iter::repeat_n(b, times(b)))
        .take(16 * 1024)
        .collect()
}
