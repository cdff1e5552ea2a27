package collectors_test

import (
	"strings"
	"testing"
	"time"

	"planwatch/collectors"
)

// A fault in the code fails the run that meets it, and tells where it is.
func TestPanicIsAFailedRun(t *testing.T) {
	d := collectors.Definition{Collector: "beds"}
	run, err := d.Collect(t.Context(), nil, time.Now()) // without a source, a query panics
	if err == nil || !strings.HasPrefix(err.Error(), "collector beds: panic: ") || len(run.Samples) > 0 {
		t.Errorf("got %v, %v", run, err)
	}
}
