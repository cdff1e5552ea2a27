package snapshot

import (
	"bytes"
	"hash/crc32"
)

// form is an encoding and a compression.
type form struct {
	encoding    Encoding
	compression Compression
}

// forms are a set of forms, a bit each.
type forms uint32

func (f form) bit() forms { return 1 << (int(f.encoding)*int(compressionCount) + int(f.compression)) }

// piece is a part of an exposition in one form. The pieces of several can be
// concatenated: text and protobuf as they are, OpenMetrics because its end mark
// comes after the last, deflate because each ends on a byte, zstd as frames.
type piece struct {
	bytes []byte
	// size is its length before it was compressed.
	size int
	// Of Gzip only: the checksum of what was compressed, and what the checksum of all
	// before it is multiplied by.
	sum, behind uint32
}

// newPiece makes the piece of a part that is encoded and not compressed. Nothing
// gives nothing. It keeps no reference to plain.
func newPiece(plain []byte, compression Compression, last bool) *piece {
	if len(plain) == 0 && !(last && compression == Gzip) {
		return &piece{behind: one}
	}
	switch compression {
	case Gzip:
		return &piece{deflate(plain, last), len(plain), crc32.ChecksumIEEE(plain), behind(len(plain))}
	case Zstd:
		return &piece{bytes: zstandard(plain), size: len(plain)}
	default:
		return &piece{bytes: bytes.Clone(plain), size: len(plain)}
	}
}

// ends are the pieces that end an exposition.
var ends = func() (all [encodingCount][compressionCount]*piece) {
	for encoding := range encodingCount {
		for compression := range compressionCount {
			all[encoding][compression] = newPiece([]byte(endMarks[encoding]), compression, true)
		}
	}
	return all
}()
