package document

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	"golang.org/x/image/vector"
)

// The size of a curve in pixels, some 480 to the inch on paper, and the room around its lines.
const (
	pngWidth, pngHeight = 304, 96
	pngEdge             = 7
)

var (
	white     = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	ink       = color.NRGBA{0x1a, 0x1f, 0x24, 0xff}
	planInk   = color.NRGBA{0x2c, 0x6e, 0x9f, 0xff}
	softInk   = color.NRGBA{0x55, 0x60, 0x6b, 0xff}
	usualFill = color.NRGBA{0xe4, 0xea, 0xf0, 0xff}
)

// Widths of lines and lengths of dashes, in pixels.
const (
	figureLine, planLine, eventLine = 4, 4, 2
	dot                             = 7
)

// png draws the curve.
func (c *Curve) png() ([]byte, error) {
	p := painter{image.NewNRGBA(image.Rect(0, 0, pngWidth, pngHeight))}
	draw.Draw(p.image, p.image.Bounds(), image.NewUniform(white), image.Point{}, draw.Src)
	if u := c.Usual; u != nil {
		p.fill(usualFill, func(z *vector.Rasterizer) {
			polygon(z, place(Point{u.From, u.Top}), place(Point{1, u.Top}), place(Point{1, u.Bottom}), place(Point{u.From, u.Bottom}))
		})
	}
	for _, x := range c.Events {
		p.stroke(softInk, eventLine, []float64{3, 7}, []Point{{x, 0}, {x, 1}})
	}
	for _, line := range c.Plan {
		p.stroke(planInk, planLine, []float64{12, 8}, line)
	}
	for _, line := range c.Figure {
		p.stroke(ink, figureLine, nil, line)
	}
	p.fill(ink, func(z *vector.Rasterizer) { disc(z, place(c.Newest), dot) })
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, p.image); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// pixel is a place in the picture, in pixels.
type pixel struct{ x, y float64 }

func place(p Point) pixel {
	return pixel{pngEdge + p.X*(pngWidth-2*pngEdge), pngEdge + p.Y*(pngHeight-2*pngEdge)}
}

type painter struct{ image *image.NRGBA }

// fill paints what is outlined. All outlines go the same way round, so that where they
// overlap they do not cancel each other.
func (p painter) fill(c color.NRGBA, outline func(*vector.Rasterizer)) {
	z := vector.NewRasterizer(pngWidth, pngHeight)
	outline(z)
	z.Draw(p.image, p.image.Bounds(), image.NewUniform(c), image.Point{})
}

// stroke paints a line with round corners, in dashes and gaps where these have lengths.
func (p painter) stroke(c color.NRGBA, width float64, dashes []float64, line []Point) {
	pixels := make([]pixel, len(line))
	for i, point := range line {
		pixels[i] = place(point)
	}
	p.fill(c, func(z *vector.Rasterizer) {
		for _, piece := range dashed(pixels, dashes) {
			for i := 1; i < len(piece); i++ {
				segment(z, piece[i-1], piece[i], width/2)
			}
			if dashes == nil {
				for _, corner := range piece {
					disc(z, corner, width/2)
				}
			}
		}
	})
}

// dashed cuts a line into dashes.
func dashed(line []pixel, dashes []float64) [][]pixel {
	if dashes == nil || len(line) < 2 {
		return [][]pixel{line}
	}
	var pieces [][]pixel
	n, left := 0, dashes[0]
	piece := []pixel{line[0]}
	for i := 1; i < len(line); i++ {
		from, to := line[i-1], line[i]
		for {
			length := math.Hypot(to.x-from.x, to.y-from.y)
			if length <= left {
				left -= length
				piece = append(piece, to)
				break
			}
			cut := pixel{from.x + (to.x-from.x)*left/length, from.y + (to.y-from.y)*left/length}
			if n%2 == 0 {
				pieces = append(pieces, append(piece, cut))
			}
			n++
			from, left, piece = cut, dashes[n%len(dashes)], []pixel{cut}
		}
	}
	if n%2 == 0 {
		pieces = append(pieces, piece)
	}
	return pieces
}

// segment outlines a straight line of a width.
func segment(z *vector.Rasterizer, from, to pixel, half float64) {
	length := math.Hypot(to.x-from.x, to.y-from.y)
	if length == 0 {
		return
	}
	x, y := (to.x-from.x)/length*half, (to.y-from.y)/length*half
	polygon(z, pixel{from.x + y, from.y - x}, pixel{to.x + y, to.y - x}, pixel{to.x - y, to.y + x}, pixel{from.x - y, from.y + x})
}

// discCorners are enough for a disc of a few pixels.
const discCorners = 16

// disc outlines a disc, the same way round as a segment.
func disc(z *vector.Rasterizer, centre pixel, radius float64) {
	corners := make([]pixel, discCorners)
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / discCorners)
		corners[i] = pixel{centre.x + radius*cos, centre.y + radius*sin}
	}
	polygon(z, corners...)
}

func polygon(z *vector.Rasterizer, corners ...pixel) {
	z.MoveTo(float32(corners[0].x), float32(corners[0].y))
	for _, c := range corners[1:] {
		z.LineTo(float32(c.x), float32(c.y))
	}
	z.ClosePath()
}
