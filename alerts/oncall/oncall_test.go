package oncall_test

import (
	_ "embed" // for the small file
	"errors"
	"flag"
	"io/fs"
	"os"
	"slices"
	"testing"
	"testing/fstest"

	"planwatch/alerts/oncall"
	"planwatch/internal/faulttest"
	"planwatch/internal/regiontest"
)

var update = flag.Bool("update", false, "write the messages anew")

// small is an on-call file that is right.
//
//go:embed testdata/good/oncall.yaml
var small string

func load(t testing.TB, text string) (*oncall.OnCall, error) {
	t.Helper()
	return oncall.Load(fstest.MapFS{oncall.File: {Data: []byte(text)}}, regiontest.Languages(t))
}

func TestLoad(t *testing.T) {
	o, err := load(t, small)
	if err != nil {
		t.Fatal(err)
	}
	if o.Directory != "/etc/planwatch/oncall" || !o.Mail.RequireTLS || o.Links.Dashboard != "http://localhost:3000/d/{dashboard}" {
		t.Errorf("defaults: %+v", o)
	}
	if got := o.OwnerIDs(); !slices.Equal(got, []string{"it"}) {
		t.Errorf("owners %q", got)
	}
}

// TestFaults loads the small file with a fault in it.
func TestFaults(t *testing.T) {
	faulttest.Run(t, "testdata/bad/*.txtar", os.DirFS("testdata/good"), *update, func(t *testing.T, files fs.FS) error {
		t.Helper()
		o, err := oncall.Load(files, regiontest.Languages(t))
		if err != nil {
			return err
		}
		return o.ReadCalendars(files, stockholm(t), oncall.Years{First: 2024, Last: 2025})
	})
}

func TestLoadWithoutFile(t *testing.T) {
	if _, err := oncall.Load(fstest.MapFS{}, regiontest.Languages(t)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}

func TestNames(t *testing.T) {
	o, err := load(t, small)
	if err != nil {
		t.Fatal(err)
	}
	if owner, ok := o.Owner("it"); !ok || owner.Name["sv"] != "IT" {
		t.Errorf("owner %+v, %t", owner, ok)
	}
	if receiver, ok := o.Receiver("pager"); !ok || receiver.Webhook.URLFile != "pager.url" {
		t.Errorf("receiver %+v, %t", receiver, ok)
	}
	if hours, ok := o.HoursOf("office"); !ok || hours.From != "07:00" {
		t.Errorf("hours %+v, %t", hours, ok)
	}
	_, owner := o.Owner("pager")
	_, receiver := o.Receiver("office")
	_, hours := o.HoursOf("it")
	if owner || receiver || hours {
		t.Error("names are found among what they do not name")
	}
}

func TestAddresses(t *testing.T) {
	o, err := load(t, small)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ got, want string }{
		{o.Links.RunbookOf("DataStale"), "runbooks/DataStale.md"},
		{o.Links.DashboardOf("planwatch-beds"), "http://localhost:3000/d/planwatch-beds"},
		{o.Path("pager.url"), "/etc/planwatch/oncall/pager.url"},
		{o.Path("/run/secrets/pager.url"), "/run/secrets/pager.url"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

// Checks of other parts of a region place their faults in the file.
func TestFault(t *testing.T) {
	o, err := load(t, small)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Fault("$.quiet[0].domains[0]", "quiet: %q is not one of the collectors", "finance"); err == nil || err.Error() != `oncall.yaml:14: quiet: "finance" is not one of the collectors` {
		t.Errorf("got %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(small)
	f.Add("owners: [{id: a}]\nreceivers: [{}]\nhours: [{from: x}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := load(t, text)
		if (o == nil) == (err == nil) {
			t.Errorf("on-call %v, error %v", o, err)
		}
	})
}
