//go:build !race

package summary

const raceFactor = 1
