package evaluator_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"planwatch/alerts/evaluator"
)

// The end of an alert is told while the file still says that it fires, so that a kill in
// between has it told again, also after a restart in which it ended; with when it began.
func TestEndsAreToldBeforeTheyAreForgotten(t *testing.T) {
	for _, restarts := range []bool{false, true} {
		name := map[bool]string{false: "while it runs", true: "over a restart"}[restarts]
		t.Run(name, func(t *testing.T) {
			var ward beds
			ward.available.Store(30)
			o, reopen := options(t, &ward), (func() evaluator.Options)(nil)
			if restarts {
				o, reopen = restartable(t, &ward)
			}
			type told struct {
				ended []evaluator.Sent
				file  string
			}
			ends := make(chan told, 10)
			hear := func(o *evaluator.Options) {
				o.Ended = func(ended []evaluator.Sent) {
					data, err := os.ReadFile(filepath.Join(o.Storage.Directory(), "sent.json"))
					if err != nil {
						t.Error(err)
					}
					ends <- told{ended, string(data)}
				}
			}
			hear(&o)
			e, stop := start(t, o, configuration("0s"))
			before := until(t, e, "firing")[0]
			if restarts {
				stop()
				ward.available.Store(40)
				o = reopen()
				hear(&o)
				start(t, o, configuration("0s"))
			} else {
				ward.available.Store(40)
			}
			select {
			case over := <-ends:
				if len(over.ended) != 1 || over.ended[0].Labels["ward"] != "Kirurgi" || over.ended[0].Annotations["summary"] != "Kirurgi har 30 vårdplatser" ||
					over.ended[0].StartsAt.Sub(before.ActiveAt).Abs() > time.Second || !over.ended[0].EndsAt.After(over.ended[0].StartsAt) {
					t.Errorf("told of %+v", over.ended)
				}
				if !strings.Contains(over.file, "Kirurgi") || strings.Contains(over.file, "endsAt") {
					t.Errorf("the file says already %s", over.file)
				}
			case <-time.After(time.Minute):
				t.Fatal("nobody was told of the end")
			}
		})
	}
}
