package alerts

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/prometheus/model/rulefmt"

	"planwatch/alerts/rules"
	"planwatch/config"
	"planwatch/internal/naming"
)

// Object is what a Kubernetes object has beside its content.
type Object struct {
	// Namespace is that which it is made for, or "" where whoever applies it says.
	Namespace string
	// Labels are added to those that say what it belongs to, or stand in their
	// place. A Prometheus may choose its rules by them.
	Labels map[string]string
}

// The label that Kubernetes recommends for what an object belongs to.
const nameLabel = "app.kubernetes.io/name"

// The forms that Kubernetes asks for.
var (
	namespaceForm  = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
	labelForm      = regexp.MustCompile(`^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$`)
	labelValueForm = regexp.MustCompile(`^([A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?)?$`)
)

// validate refuses what Kubernetes would refuse later.
func (o Object) validate() error {
	if o.Namespace != "" && !namespaceForm.MatchString(o.Namespace) {
		return fmt.Errorf("namespace %q: not up to 63 of a-z, 0-9 and -, with no - at its ends", o.Namespace)
	}
	for name, value := range o.Labels {
		if !labelForm.MatchString(name) {
			return fmt.Errorf("label %q: not a name of up to 63 letters, digits, dots, hyphens and underscores, after a domain and / if at all", name)
		}
		if !labelValueForm.MatchString(value) {
			return fmt.Errorf("label %s: value %q is not up to 63 letters, digits, dots, hyphens and underscores", name, value)
		}
	}
	return nil
}

// prometheusRule is a custom resource of prometheus-operator. Its groups are
// those of a rule file.
type prometheusRule struct {
	APIVersion string             `yaml:"apiVersion"`
	Kind       string             `yaml:"kind"`
	Metadata   metadata           `yaml:"metadata"`
	Spec       rulefmt.RuleGroups `yaml:"spec"`
}

type metadata struct {
	Name      string            `yaml:"name"`
	Namespace string            `yaml:"namespace,omitempty"`
	Labels    map[string]string `yaml:"labels"`
}

// PrometheusRules returns the region's alert rules as manifests of
// prometheus-operator, one for each rule file, as one stream of YAML documents.
func PrometheusRules(region *config.Region, object Object) ([]byte, error) {
	if region.OnCall == nil {
		return nil, errNoOnCall
	}
	if err := object.validate(); err != nil {
		return nil, err
	}
	labels := map[string]string{nameLabel: "planwatch"}
	maps.Copy(labels, object.Labels)
	var out bytes.Buffer
	fmt.Fprintf(&out, "# %s\n", Notice(region))
	encoder := yaml.NewEncoder(&out, encoding...)
	for _, file := range rules.Files(region) {
		name := "planwatch"
		if region.Beside {
			name += "-" + region.Name
		}
		// The domain is a collector's name: letters, digits and single underscores.
		if file.Domain != naming.DomainPlanwatch {
			name += "-" + strings.ReplaceAll(file.Domain, "_", "-")
		}
		manifest := prometheusRule{
			APIVersion: "monitoring.coreos.com/v1",
			Kind:       "PrometheusRule",
			Metadata:   metadata{Name: name, Namespace: object.Namespace, Labels: labels},
			Spec:       file.RuleGroups,
		}
		if err := encoder.Encode(manifest); err != nil {
			return nil, fmt.Errorf("rules of %s: %w", file.Domain, err)
		}
	}
	return out.Bytes(), encoder.Close()
}
