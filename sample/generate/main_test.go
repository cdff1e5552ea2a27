package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

const planDir = "../../config/norrbotten/plan"

func TestGenerateWritesTheCommittedFiles(t *testing.T) {
	dir := t.TempDir()
	if err := generate(planDir, dir); err != nil {
		t.Fatal(err)
	}
	committed, err := filepath.Glob("../*.csv")
	if err != nil {
		t.Fatal(err)
	}
	written, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(written) == 0 || len(written) != len(committed) {
		t.Errorf("generate wrote %d files, the sample has %d", len(written), len(committed))
	}
	for _, path := range written {
		name := filepath.Base(path)
		got, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from what generate writes; run go generate ./sample", name)
		}
	}
}

func TestGenerateNamesTheFault(t *testing.T) {
	const equipment = "row,group_by,division,area,id,name,kind,amount\n"
	tests := []struct{ name, file, content, want string }{
		{"no plan", "", "", "no such file or directory"},
		{"empty file", "investment_equipment.csv", "", "investment_equipment.csv: no header"},
		{"amount is no number", "investment_equipment.csv", equipment + "total,,,,,,,1\nitem,,Division Nära,VO Folktandvård,1,Unit,MT,many\n",
			`investment_equipment.csv:3: amount: "many" is not a decimal number`},
		{"row of another length", "investment_equipment.csv", equipment + "item,,Division Nära\n",
			"investment_equipment.csv: record on line 2: wrong number of fields"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			plan := t.TempDir()
			if tt.file != "" {
				if err := os.WriteFile(filepath.Join(plan, tt.file), []byte(tt.content), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			out := t.TempDir()
			err := generate(plan, out)
			if err == nil || !bytes.HasSuffix([]byte(err.Error()), []byte(tt.want)) {
				t.Errorf("got  %v\nwant %s", err, tt.want)
			}
			if left, _ := os.ReadDir(out); len(left) != 0 {
				t.Errorf("%d files written in spite of the fault", len(left))
			}
		})
	}
}

func TestParseAmount(t *testing.T) {
	tests := []struct {
		name, text string
		places     int
		want       string
	}{
		{"thousands", "177173", thousand, "177173000.00"},
		{"millions with a decimal", "870.4", million, "870400000.00"},
		{"millions without", "21", million, "21000000.00"},
		{"below one", "0.5", million, "500000.00"},
		{"negative", "-0.1", million, "-100000.00"},
		{"zero", "0.0", million, "0.00"},
		{"down to the öre", "1.23456789", million, "1234567.89"},
		{"öre of thousands", "0.00001", thousand, "0.01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseAmount(tt.text, tt.places)
			if err != nil || got.String() != tt.want {
				t.Errorf("got %s, %v; want %s", got, err, tt.want)
			}
		})
	}
	for _, text := range []string{"", "-", ".5", "1,5", "1 000", "1.2.3", "1.234567891", "x"} {
		if got, err := parseAmount(text, million); err == nil {
			t.Errorf("%q: got %s; want an error", text, got)
		}
	}
}

func TestDivisionName(t *testing.T) {
	for text, want := range map[string]string{
		"Division Länssjukvård 1": "Länssjukvård 1",
		"Div Regiongemensamt":     "Regiongemensamt",
		"Regionstöd":              "Regionstöd",
	} {
		if got := divisionName(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// Wherever a ward cannot take its patients, they are on another ward of the
// hospital or gone, and no ward is overcrowded for another's sake.
func TestPlaceOutlying(t *testing.T) {
	surgery, lung := -1, -1
	for i, w := range wards {
		if w.hospital == "Sunderby" && w.name == "Kirurgi" {
			surgery = i
		}
		if w.hospital == "Sunderby" && w.name == "Lunga" {
			lung = i
		}
	}
	full := func() []beds {
		measured := make([]beds, len(wards))
		for i := range measured {
			measured[i] = beds{available: 20, occupied: 20}
		}
		return measured
	}
	tests := []struct {
		name                string
		roomOnLung          int
		outlying, lungAfter int
	}{
		{"room for all", 5, 4, 19},
		{"room for some", 2, 2, 20},
		{"no room", 0, 0, 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			measured := full()
			measured[surgery].occupied = 25
			measured[lung].occupied -= tt.roomOnLung
			placeOutlying(measured)
			if got := measured[surgery]; got.occupied != 21 || got.overcrowded() != 1 || got.outlying != tt.outlying {
				t.Errorf("surgery: %+v; want 21 occupied, 1 overcrowded, %d outlying", got, tt.outlying)
			}
			if got := measured[lung]; got.occupied != tt.lungAfter || got.overcrowded() != 0 {
				t.Errorf("lung: %+v; want %d occupied", got, tt.lungAfter)
			}
		})
	}
}
