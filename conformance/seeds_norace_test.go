//go:build !race

package conformance

// proofSeeds is in how many orders of chance the reference clients run.
const proofSeeds = seeds
