//go:build race

package conformance

// proofSeeds is in how many orders of chance the reference clients run: few
// under the race detector, to which each costs several times as much. The whole
// proof runs without it.
const proofSeeds = 1
