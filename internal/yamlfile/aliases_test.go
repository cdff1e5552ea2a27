package yamlfile_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"planwatch/internal/yamlfile"
)

// Lists of aliases of lists of aliases, ten thousand million of them, take no memory to
// speak of.
func TestAliases(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "a%d: &a%d [%s]\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i-1), 10), ","))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	document, err := yamlfile.Parse("aliases.yaml", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	_ = document.Decode(&all) // it may be refused, too
	runtime.ReadMemStats(&after)
	if took := (after.TotalAlloc - before.TotalAlloc) >> 20; took > 64 {
		t.Errorf("%d MiB were allocated", took)
	}
}
