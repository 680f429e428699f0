//! Large pictures as PNG, quickly: each row as its difference from the one above, runs of equal pixels as repetitions in a DEFLATE stream of fixed codes
//! (RFC 1950, 1951; PNG's filter 2), bands of rows at the same time. Flat colours, which figures consist of, come out small all the same.

use rayon::prelude::*;

/// Adler's modulus.
const MODULUS: u64 = 65_521;
/// Rows of a band at least.
const ROWS: usize = 64;
/// The longest repetition: 86 pixels of three bytes.
const LONGEST: usize = 86;
/// Of lengths from 3 on: the least length of each code from 257 on, and its extra bits.
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// One pixel: red, green, blue, and one byte that is not looked at but must be the same for all.
pub(super) type Pixel = [u8; 4];

/// The PNG of an opaque picture, row by row.
pub(super) fn encoded(pixels: &[Pixel], width: usize) -> Vec<u8> {
    let height = pixels.len() / width.max(1);
    let rows = height.div_ceil(4 * rayon::current_num_threads()).max(ROWS);
    let bands: Vec<Band> = (0..height.div_ceil(rows))
        .into_par_iter()
        .map(|k| {
            let (first, end) = (k * rows, ((k + 1) * rows).min(height));
            Band::of(pixels, width, first..end, end == height)
        })
        .collect();
    let mut stream = vec![0x78, 0x01];
    let (mut a, mut b) = (1u64, 0u64);
    for band in &bands {
        stream.extend_from_slice(&band.bits.bytes);
        b = (b + band.b + band.length % MODULUS * (a + MODULUS - 1)) % MODULUS;
        a = (a + band.a + MODULUS - 1) % MODULUS;
    }
    stream.extend_from_slice(&((b << 16 | a) as u32).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend_from_slice(&(width as u32).to_be_bytes());
    header.extend_from_slice(&(height as u32).to_be_bytes());
    // Eight bits of red, green and blue; no interlacing.
    header.extend_from_slice(&[8, 2, 0, 0, 0]);
    for (name, content) in [(b"IHDR", &header), (b"IDAT", &stream), (b"IEND", &Vec::new())] {
        file.extend_from_slice(&(content.len() as u32).to_be_bytes());
        let from = file.len();
        file.extend_from_slice(name);
        file.extend_from_slice(content);
        let sum = crc(&file[from..]);
        file.extend_from_slice(&sum.to_be_bytes());
    }
    file
}

/// Some rows as a part of the stream that ends at a whole byte, with Adler's sums of what it stands for.
struct Band {
    bits: Bits,
    a: u64,
    b: u64,
    length: u64,
}

impl Band {
    fn of(pixels: &[Pixel], width: usize, rows: std::ops::Range<usize>, is_last: bool) -> Self {
        let mut band = Self { bits: Bits::default(), a: 1, b: 0, length: 0 };
        // A block of fixed codes.
        band.bits.put(u32::from(is_last) | 0b010, 3);
        let blank = vec![[0; 4]; width];
        for row in rows {
            let here = &pixels[row * width..(row + 1) * width];
            let above = if row > 0 { &pixels[(row - 1) * width..row * width] } else { &blank };
            band.literal(2);
            let mut k = 0;
            while k < width {
                let apart = difference(here[k], above[k]);
                let run = if here[k] == above[k] { equal(&here[k..], &above[k..]) } else { repeated(&here[k..], &above[k..], apart) };
                band.pixels(apart, run);
                k += run;
            }
        }
        band.bits.code(256);
        if !is_last {
            // An empty stored block ends at a whole byte.
            band.bits.put(0, 3);
        }
        band.bits.align();
        if !is_last {
            band.bits.bytes.extend_from_slice(&[0, 0, 0xff, 0xff]);
        }
        band
    }

    fn literal(&mut self, byte: u8) {
        self.bits.code(u32::from(byte));
        self.sum(byte, 1);
    }

    fn sum(&mut self, byte: u8, times: u64) {
        // Of `times` equal bytes: b grows by a, a + x, a + 2x, …
        let x = u64::from(byte);
        for _ in 0..times {
            self.a = (self.a + x) % MODULUS;
            self.b = (self.b + self.a) % MODULUS;
        }
        self.length += times;
    }

    /// So many pixels with the same difference from those above: the first as it is, the others as repetitions from three bytes back.
    fn pixels(&mut self, apart: [u8; 3], run: usize) {
        apart.iter().for_each(|&byte| self.literal(byte));
        let mut rest = run - 1;
        if apart == [0; 3] {
            let zeros = 3 * rest as u64;
            self.b = (self.b + zeros % MODULUS * self.a) % MODULUS;
            self.length += zeros;
        } else {
            for _ in 0..rest {
                apart.iter().for_each(|&byte| self.sum(byte, 1));
            }
        }
        while rest > 0 {
            let part = rest.min(LONGEST);
            self.bits.repetition(3 * part as u16);
            rest -= part;
        }
    }
}

fn difference(x: Pixel, above: Pixel) -> [u8; 3] {
    [0, 1, 2].map(|c| x[c].wrapping_sub(above[c]))
}

/// How many pixels from the first on are those above.
fn equal(here: &[Pixel], above: &[Pixel]) -> usize {
    let wide = here.chunks(32).zip(above.chunks(32)).take_while(|(a, b)| a == b).map(|(a, _)| a.len()).sum::<usize>();
    wide + here[wide..].iter().zip(&above[wide..]).take_while(|(a, b)| a == b).count()
}

fn repeated(here: &[Pixel], above: &[Pixel], apart: [u8; 3]) -> usize {
    here.iter().zip(above).take_while(|(x, y)| difference(**x, **y) == apart).count()
}

/// Bits, the least significant of a byte first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    open: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        self.open |= u64::from(bits) << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.open as u8);
            self.open >>= 8;
            self.count -= 8;
        }
    }

    fn align(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }

    /// A literal or a length by its fixed code, most significant bit first.
    fn code(&mut self, symbol: u32) {
        let (code, count) = match symbol {
            0..=143 => (0x30 + symbol, 8),
            144..=255 => (0x190 + symbol - 144, 9),
            256..=279 => (symbol - 256, 7),
            _ => (0xc0 + symbol - 280, 8),
        };
        self.put(code.reverse_bits() >> (32 - count), count);
    }

    /// So many bytes again, from three back.
    fn repetition(&mut self, length: u16) {
        let k = LENGTHS.iter().rposition(|(least, _)| *least <= length).unwrap_or(0);
        self.code(257 + k as u32);
        let (least, extra) = LENGTHS[k];
        self.put(u32::from(length - least), u32::from(extra));
        // Distance 3 is code 2, five bits.
        self.put(2u32.reverse_bits() >> 27, 5);
    }
}

/// The cyclic redundancy check of PNG's chunks.
fn crc(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0u32; 256];
        let mut n = 0;
        while n < 256 {
            let mut c = n as u32;
            let mut k = 0;
            while k < 8 {
                c = if c & 1 == 1 { 0xedb8_8320 ^ (c >> 1) } else { c >> 1 };
                k += 1;
            }
            table[n] = c;
            n += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |c, &byte| TABLE[((c ^ u32::from(byte)) & 0xff) as usize] ^ (c >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An independent decoder reads back what was written, of flat, striped and noisy pictures.
    #[test]
    fn what_is_written_is_read_back() {
        let mut state = 7u32;
        let mut noise = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        for (width, height, kind) in [(1, 1, 0), (300, 200, 0), (301, 333, 1), (97, 513, 2), (1000, 70, 3)] {
            let pixels: Vec<Pixel> = (0..width * height)
                .map(|k| match kind {
                    0 => [255, 255, 255, 255],
                    1 => [(k % width / 20) as u8, (k / width / 30) as u8, 9, 255],
                    2 => [noise(), noise(), noise(), 255],
                    _ if (k % width) * 3 < k / width * 5 => [20, noise() / 128, 77, 255],
                    _ => [200, 200, 10, 255],
                })
                .collect();
            let file = encoded(&pixels, width);
            let mut reader = png::Decoder::new(std::io::Cursor::new(file)).read_info().unwrap();
            let mut found = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut found).unwrap();
            assert_eq!((info.width as usize, info.height as usize), (width, height));
            let expected: Vec<u8> = pixels.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
            assert_eq!(found[..info.buffer_size()], expected[..], "{width} x {height}, {kind}");
        }
    }
}
