package snapshot

import "hash/crc32"

// The checksum of two pieces, one after the other, follows from their own: a CRC is
// the remainder of a polynomial over GF(2), and a piece before n bytes is one that
// is multiplied by x to the power of 8n. Polynomials are written with the
// coefficient of x⁰ in the highest bit, as CRC-32 has it (RFC 1952, section 8).

// one is the polynomial 1.
const one = 1 << 31

// squares are x to the powers of 1, 2, 4, 8, …
var squares = func() (all [32]uint32) {
	all[0] = one >> 1
	for i := range len(all) - 1 {
		all[i+1] = multiplied(all[i], all[i])
	}
	return all
}()

// multiplied is the product of two polynomials modulo that of CRC-32.
func multiplied(a, b uint32) uint32 {
	var product uint32
	for ; a != 0; a <<= 1 {
		if a&one != 0 {
			product ^= b
		}
		if b&1 != 0 {
			b = b>>1 ^ crc32.IEEE
		} else {
			b >>= 1
		}
	}
	return product
}

// behind is what the checksum of something is multiplied by where so many bytes
// follow: x to the power of eight times their number.
func behind(bytes int) uint32 {
	power := uint32(one)
	// Powers of x repeat after 2³²-1, and the squares with them after 32.
	for i := 3; bytes != 0; bytes, i = bytes>>1, i+1 {
		if bytes&1 != 0 {
			power = multiplied(squares[i%len(squares)], power)
		}
	}
	return power
}
