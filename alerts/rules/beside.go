package rules

import (
	"fmt"
	"maps"
	"regexp"
	"strconv"
	"strings"
	templates "text/template/parse"

	promlabels "github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"planwatch/internal/naming"
)

// beside is the rule of a region whose series are beside those of others: its queries ask
// for that region's alone, and its alerts say whose they are.
func beside(rule rulefmt.Rule, region string) rulefmt.Rule {
	rule.Expr = ofRegion(rule.Expr, region)
	rule.Labels, rule.Annotations = maps.Clone(rule.Labels), maps.Clone(rule.Annotations)
	rule.Labels[naming.LabelRegion] = region
	for name, text := range rule.Annotations {
		rule.Annotations[name] = queriesOfRegion(text, region)
	}
	return rule
}

// ofRegion is the query for the region's series alone.
func ofRegion(query, region string) string {
	parsed, err := parser.NewParser(parser.Options{}).ParseExpr(query)
	if err != nil {
		panic(fmt.Sprintf("%s: %v", query, err)) // our own query
	}
	matcher := promlabels.MustNewMatcher(promlabels.MatchEqual, naming.LabelRegion, region)
	parser.Inspect(parsed, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			selector.LabelMatchers = append(selector.LabelMatchers, matcher)
		}
		return nil
	})
	return parsed.String()
}

// The functions of a template that take a query: one runs it, the other writes it first.
const (
	runs   = "query"
	writes = "printf"
)

// variables are those that Prometheus gives a template.
const variables = "{{ $labels := . }}"

// queriesOfRegion is the template with its queries as ofRegion has them.
func queriesOfRegion(text, region string) string {
	tree := templates.New("")
	tree.Mode = templates.SkipFuncCheck
	tree, err := tree.Parse(variables+text, "", "", map[string]*templates.Tree{})
	if err != nil {
		panic(fmt.Sprintf("%s: %v", text, err)) // our own template
	}
	tree.Root.Nodes = tree.Root.Nodes[1:]
	inspect(tree.Root, func(pipe *templates.PipeNode) {
		for i, command := range pipe.Cmds {
			isWritten := calls(command, writes) && i+1 < len(pipe.Cmds) && calls(pipe.Cmds[i+1], runs)
			if len(command.Args) < 2 || !isWritten && !calls(command, runs) {
				continue
			}
			if query, ok := command.Args[1].(*templates.StringNode); ok {
				query.Text = writtenOfRegion(query.Text, region)
				query.Quoted = quoted(query.Text)
			}
		}
	})
	return tree.Root.String()
}

func calls(command *templates.CommandNode, function string) bool {
	name, ok := command.Args[0].(*templates.IdentifierNode)
	return ok && name.Ident == function
}

// inspect calls visit with every pipeline.
func inspect(node templates.Node, visit func(*templates.PipeNode)) {
	switch n := node.(type) {
	case *templates.ListNode:
		if n == nil {
			return
		}
		for _, one := range n.Nodes {
			inspect(one, visit)
		}
	case *templates.ActionNode:
		inspect(n.Pipe, visit)
	case *templates.IfNode:
		inspectBranch(&n.BranchNode, visit)
	case *templates.WithNode:
		inspectBranch(&n.BranchNode, visit)
	case *templates.RangeNode:
		inspectBranch(&n.BranchNode, visit)
	case *templates.PipeNode:
		visit(n)
		for _, command := range n.Cmds {
			for _, argument := range command.Args {
				inspect(argument, visit)
			}
		}
	}
}

func inspectBranch(n *templates.BranchNode, visit func(*templates.PipeNode)) {
	inspect(n.Pipe, visit)
	inspect(n.List, visit)
	inspect(n.ElseList, visit)
}

// verb matches what printf replaces by a label's value.
var verb = regexp.MustCompile(`%(\[[0-9]+\])?q`)

// writtenOfRegion is ofRegion for a query that printf writes.
func writtenOfRegion(query, region string) string {
	var verbs []string
	query = verb.ReplaceAllStringFunc(query, func(found string) string {
		verbs = append(verbs, found)
		return strconv.Quote(placeholder(len(verbs) - 1))
	})
	query = ofRegion(query, region)
	for i, found := range verbs {
		query = strings.ReplaceAll(query, strconv.Quote(placeholder(i)), found)
	}
	return query
}

// placeholder is what no label's value is.
func placeholder(i int) string { return fmt.Sprintf("\x00%d", i) }

// quoted is a text as templates write it: in backquotes where it has none.
func quoted(text string) string {
	if strings.Contains(text, "`") {
		return strconv.Quote(text)
	}
	return "`" + text + "`"
}
