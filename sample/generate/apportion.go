package main

import "fmt"

// apportion divides total in proportion to the weights, in whole numbers
// that add up to total exactly.
func apportion(total int, weights []int) []int {
	whole := 0
	for _, w := range weights {
		whole += w
	}
	parts := make([]int, len(weights))
	before, given := 0, 0
	for i, w := range weights {
		before += w
		parts[i] = before*total/whole - given
		given += parts[i]
	}
	return parts
}

// hundredths writes n hundredths as a number with two decimals.
func hundredths(n int) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
