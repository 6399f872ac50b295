package gru

import (
	"encoding/binary"
	"math"
)

// AppendFloats appends numbers as they are stored, float32 and little-endian.
func AppendFloats(out []byte, fs []float32) []byte {
	for _, f := range fs {
		out = binary.LittleEndian.AppendUint32(out, math.Float32bits(f))
	}
	return out
}

// Floats are stored numbers.
func Floats(raw []byte) []float32 {
	out := make([]float32, len(raw)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return out
}

// Rounded are rows of width numbers as bytes (int8), in steps of a scale for each row.
func Rounded(rows []float32, width int) (steps []byte, scales []float32) {
	for i := 0; i < len(rows); i += width {
		row := rows[i:][:width]
		scale := Scale(row)
		scales = append(scales, scale)
		for _, v := range row {
			steps = append(steps, Step(v, scale))
		}
	}
	return steps, scales
}

// Scaled are rows of width bytes as numbers.
func Scaled(steps []byte, scales []float32, width int) []float32 {
	out := make([]float32, len(steps))
	for i, v := range steps {
		out[i] = float32(int8(v)) * scales[i/width]
	}
	return out
}

// Scale is the step in which numbers are stored as bytes; it is never nothing.
func Scale(vs []float32) float32 {
	greatest := float32(1e-6)
	for _, v := range vs {
		greatest = max(greatest, v, -v)
	}
	return greatest / 127
}

// Step is a number in steps of a scale, an int8.
func Step(v, scale float32) byte {
	return byte(int8(math.RoundToEven(float64(min(127, max(-127, v/scale))))))
}
