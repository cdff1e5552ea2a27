package browsertest

import "encoding/json"

// Violations are the rules of WCAG 2.2 AA, and axe-core's own, that the page breaks; axe is
// axe-core's source.
func (b *Browser) Violations(axe string) []string {
	b.T.Helper()
	var loaded struct{ ExceptionDetails *struct{ Text string } }
	b.Ask("Runtime.evaluate", map[string]any{"expression": axe}, &loaded)
	if loaded.ExceptionDetails != nil {
		b.T.Fatal(loaded.ExceptionDetails.Text)
	}
	var ran struct {
		Result           struct{ Value string }
		ExceptionDetails *struct{ Text string }
	}
	b.Ask("Runtime.evaluate", map[string]any{"awaitPromise": true, "returnByValue": true, "expression": `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
		JSON.stringify({checked: r.passes.length, broken: r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + " " + (n.any[0]?.message ?? "")).join(" | "))}))`}, &ran)
	var found struct {
		Checked int
		Broken  []string
	}
	if err := json.Unmarshal([]byte(ran.Result.Value), &found); err != nil || found.Checked < 10 {
		b.T.Fatalf("axe-core gave %q, %+v, %v", ran.Result.Value, ran.ExceptionDetails, err)
	}
	return found.Broken
}
