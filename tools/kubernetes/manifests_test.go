// Package kubernetes holds the manifests in deploy/kubernetes against Kubernetes'
// own types and rules, without a cluster.
package kubernetes

import (
	"maps"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	monitoring "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/santhosh-tekuri/jsonschema/v6"
	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	disruption "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	podsecurity "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml" //nolint:depguard // decodes as Kubernetes does
)

// An application is what kustomize makes of a directory.
type application struct {
	namespaces      []core.Namespace
	accounts        []core.ServiceAccount
	settings        []core.ConfigMap
	services        []core.Service
	statefulSets    []apps.StatefulSet
	policies        []networking.NetworkPolicy
	budgets         []disruption.PodDisruptionBudget
	serviceMonitors []monitoring.ServiceMonitor
	prometheusRules []monitoring.PrometheusRule
	// documents are all of them, as they were made, by kind.
	documents map[string][][]byte
}

// build makes the manifests of a directory under deploy/kubernetes, and decodes
// each strictly into its type.
func build(t *testing.T, directory string) application {
	t.Helper()
	path := filepath.Join("..", "..", "deploy", "kubernetes", directory)
	made, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		t.Fatal(err)
	}
	a := application{documents: map[string][][]byte{}}
	for _, resource := range made.Resources() {
		document, err := resource.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		kind := resource.GetApiVersion() + " " + resource.GetKind()
		switch kind {
		case "v1 Namespace":
			decode(t, document, &a.namespaces)
		case "v1 ServiceAccount":
			decode(t, document, &a.accounts)
		case "v1 ConfigMap":
			decode(t, document, &a.settings)
		case "v1 Service":
			decode(t, document, &a.services)
		case "apps/v1 StatefulSet":
			decode(t, document, &a.statefulSets)
		case "networking.k8s.io/v1 NetworkPolicy":
			decode(t, document, &a.policies)
		case "policy/v1 PodDisruptionBudget":
			decode(t, document, &a.budgets)
		case "monitoring.coreos.com/v1 ServiceMonitor":
			decode(t, document, &a.serviceMonitors)
		case "monitoring.coreos.com/v1 PrometheusRule":
			decode(t, document, &a.prometheusRules)
		default:
			t.Errorf("%s %s: no type to hold it against", kind, resource.GetName())
		}
		a.documents[resource.GetKind()] = append(a.documents[resource.GetKind()], document)
	}
	return a
}

// decode appends the object, and refuses keys that its type does not have.
func decode[T any](t *testing.T, document []byte, into *[]T) {
	t.Helper()
	var object T
	if err := yaml.UnmarshalStrict(document, &object); err != nil {
		t.Errorf("%v in\n%.400s", err, document)
		return
	}
	*into = append(*into, object)
}

// only is the one object that there must be.
func only[T any](t *testing.T, objects []T) T {
	t.Helper()
	if len(objects) != 1 {
		t.Fatalf("%d objects of type %T, want one", len(objects), *new(T))
	}
	return objects[0]
}

// named is the one object of that name.
func named[T any, P interface {
	*T
	meta.Object
}](t *testing.T, objects []T, name string) T {
	t.Helper()
	return only(t, slices.DeleteFunc(slices.Clone(objects), func(object T) bool { return P(&object).GetName() != name }))
}

// asks are the path and the port that a probe asks, of a container.
func asks(t *testing.T, probe *core.Probe, container core.Container) (path string, port int32) {
	t.Helper()
	if probe.Exec == nil {
		for _, p := range container.Ports {
			if p.Name == probe.HTTPGet.Port.String() {
				port = p.ContainerPort
			}
		}
		return probe.HTTPGet.Path, port
	}
	if len(probe.Exec.Command) != 2 || probe.Exec.Command[0] != "/bin/healthcheck" {
		t.Fatalf("a probe runs %q, which the image does not have", probe.Exec.Command)
	}
	address, err := url.Parse(probe.Exec.Command[1])
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.ParseInt(address.Port(), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return address.Path, int32(number)
}

// What refers to something finds it.
func TestManifests(t *testing.T) {
	for _, test := range []struct {
		directory, namespace string
		operator             bool
		replicas             int32
	}{
		{directory: "base", replicas: 1},
		{directory: "example", namespace: "planwatch", operator: true, replicas: 1},
		{directory: "replicas", namespace: "planwatch", operator: true, replicas: 2},
	} {
		t.Run(test.directory, func(t *testing.T) {
			a := build(t, test.directory)
			set, service, account, settings, policy := only(t, a.statefulSets), named(t, a.services, "planwatch"), only(t, a.accounts), only(t, a.settings), only(t, a.policies)
			pod := set.Spec.Template
			podLabels := labels.Set(pod.Labels)

			for name, object := range map[string]meta.Object{"set": &set, "service": &service, "account": &account, "settings": &settings, "policy": &policy} {
				if object.GetNamespace() != test.namespace {
					t.Errorf("the %s is in namespace %q, want %q", name, object.GetNamespace(), test.namespace)
				}
			}
			selector, err := meta.LabelSelectorAsSelector(set.Spec.Selector)
			if err != nil || selector.Empty() || !selector.Matches(podLabels) {
				t.Errorf("the set selects %v (%v), and its pods have %v", selector, err, podLabels)
			}
			if len(service.Spec.Selector) == 0 || !labels.SelectorFromSet(service.Spec.Selector).Matches(podLabels) {
				t.Errorf("the service selects %v, and pods have %v", service.Spec.Selector, podLabels)
			}
			selector, err = meta.LabelSelectorAsSelector(&policy.Spec.PodSelector)
			if err != nil || selector.Empty() || !selector.Matches(podLabels) {
				t.Errorf("the policy selects %v (%v), and pods have %v", selector, err, podLabels)
			}
			if *set.Spec.Replicas != test.replicas || pod.Spec.ServiceAccountName != account.Name {
				t.Errorf("%d replicas, account %s", *set.Spec.Replicas, pod.Spec.ServiceAccountName)
			}
			named(t, a.services, set.Spec.ServiceName)

			container := only(t, pod.Spec.Containers)
			port := only(t, container.Ports)
			if container.StartupProbe == nil || container.ReadinessProbe == nil || container.LivenessProbe == nil {
				t.Fatal("a probe is missing")
			}
			for path, probe := range map[string]*core.Probe{"/-/healthy": container.LivenessProbe, "/-/ready": container.ReadinessProbe} {
				if asked, at := asks(t, probe, container); asked != path || at != port.ContainerPort {
					t.Errorf("a probe asks %s on port %d, want %s on %d", asked, at, path, port.ContainerPort)
				}
			}
			if target := only(t, service.Spec.Ports).TargetPort.StrVal; target != port.Name {
				t.Errorf("the service leads to port %q, and there is %s", target, port.Name)
			}
			if len(policy.Spec.Ingress) == 0 {
				t.Error("the policy lets nobody in")
			}
			for _, rule := range policy.Spec.Ingress {
				if open := only(t, rule.Ports).Port.IntVal; open != port.ContainerPort || len(rule.From) == 0 {
					t.Errorf("the policy opens port %d to %v, and planwatch has %d", open, rule.From, port.ContainerPort)
				}
			}

			volumes := map[string]bool{}
			for _, volume := range pod.Spec.Volumes {
				volumes[volume.Name] = true
				if volume.ConfigMap != nil && volume.ConfigMap.Name != settings.Name {
					t.Errorf("the pod has the settings %s, and there are %s", volume.ConfigMap.Name, settings.Name)
				}
				if volume.Secret != nil && *volume.Secret.DefaultMode&0o007 != 0 {
					t.Errorf("everybody may read the secret %s", volume.Secret.SecretName)
				}
			}
			for _, claim := range set.Spec.VolumeClaimTemplates {
				volumes[claim.Name] = true
			}
			storage := ""
			for _, mount := range container.VolumeMounts {
				if !volumes[mount.Name] {
					t.Errorf("no volume %s", mount.Name)
				}
				delete(volumes, mount.Name)
				if mount.Name == "data" {
					storage = mount.MountPath
				}
			}
			if len(volumes) > 0 {
				t.Errorf("nothing mounts %v", slices.Collect(maps.Keys(volumes)))
			}
			if storage == "" || !slices.Contains(container.Args, "--storage.path="+storage) {
				t.Errorf("storage is mounted at %q, and planwatch is started with %q", storage, container.Args)
			}
			if container.Resources.Requests.Memory().IsZero() || container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
				t.Errorf("resources: %v", container.Resources)
			}

			if !test.operator {
				return
			}
			monitor := only(t, a.serviceMonitors)
			selector, err = meta.LabelSelectorAsSelector(&monitor.Spec.Selector)
			if err != nil || selector.Empty() || !selector.Matches(labels.Set(service.Labels)) {
				t.Errorf("the monitor selects %v (%v), and the service has %v", selector, err, service.Labels)
			}
			if job := service.Labels[monitor.Spec.JobLabel]; job != "planwatch" {
				t.Errorf("the label job is %q", job)
			}
			if endpoint := only(t, monitor.Spec.Endpoints); endpoint.Port != only(t, service.Spec.Ports).Name {
				t.Errorf("the monitor asks port %s of the service", endpoint.Port)
			}
			if len(a.prometheusRules) < 10 {
				t.Errorf("only %d PrometheusRules", len(a.prometheusRules))
			}
			for _, object := range a.prometheusRules {
				if object.Namespace != test.namespace || object.Labels["release"] == "" || len(object.Spec.Groups) == 0 {
					t.Errorf("%s: namespace %q, labels %v, %d groups", object.Name, object.Namespace, object.Labels, len(object.Spec.Groups))
				}
			}
		})
	}
}

// Pods are admitted where the strictest of Kubernetes' standards is enforced.
func TestPodSecurity(t *testing.T) {
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		t.Fatal(err)
	}
	restricted := podsecurity.LevelVersion{Level: podsecurity.LevelRestricted, Version: podsecurity.LatestVersion()}
	var set apps.StatefulSet
	for _, directory := range []string{"base", "replicas"} {
		set = only(t, build(t, directory).statefulSets)
		for _, result := range evaluator.EvaluatePod(restricted, &set.Spec.Template.ObjectMeta, &set.Spec.Template.Spec) {
			if !result.Allowed {
				t.Errorf("%s: %s: %s", directory, result.ForbiddenReason, result.ForbiddenDetail)
			}
		}
	}
	root := false
	set.Spec.Template.Spec.SecurityContext.RunAsNonRoot = &root
	if policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &set.Spec.Template.ObjectMeta, &set.Spec.Template.Spec)).Allowed {
		t.Error("a pod that may run as root is allowed: nothing was evaluated")
	}
	if container := set.Spec.Template.Spec.Containers[0]; !*container.SecurityContext.ReadOnlyRootFilesystem {
		t.Error("the container's files can be written")
	}
}

// The custom resources are valid by the schemas that prometheus-operator's CRDs
// have, which are made of its types as the project itself makes them.
func TestCustomResources(t *testing.T) {
	directory := t.TempDir()
	generate := exec.Command("go", "tool", "controller-gen", "crd:crdVersions=v1",
		"paths=github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1", "output:crd:dir="+directory)
	if out, err := generate.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	a := build(t, "replicas") // which has all of the example
	for kind, file := range map[string]string{
		"ServiceMonitor": "monitoring.coreos.com_servicemonitors.yaml",
		"PrometheusRule": "monitoring.coreos.com_prometheusrules.yaml",
	} {
		t.Run(kind, func(t *testing.T) {
			schema := customResourceSchema(t, filepath.Join(directory, file))
			if len(a.documents[kind]) == 0 {
				t.Fatal("no object")
			}
			for _, document := range a.documents[kind] {
				if err := schema.Validate(parse(t, document)); err != nil {
					t.Errorf("%v in\n%.400s", err, document)
				}
			}
			wrong := parse(t, a.documents[kind][0])
			wrong.(map[string]any)["spec"] = map[string]any{"groups": "none", "endpoints": "none"}
			if schema.Validate(wrong) == nil {
				t.Error("an object without groups or endpoints is valid: nothing was checked")
			}
		})
	}
}

// customResourceSchema is the schema of a CRD's only version. It is one of JSON Schema,
// but for Kubernetes' own keys, which begin with x-kubernetes.
func customResourceSchema(t *testing.T, path string) *jsonschema.Schema {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var definition struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema any `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(data, &definition); err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("crd.json", only(t, definition.Spec.Versions).Schema.OpenAPIV3Schema); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("crd.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func parse(t *testing.T, document []byte) any {
	t.Helper()
	data, err := yaml.YAMLToJSON(document)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// No object is larger than the annotation in which kubectl apply keeps it.
func TestSizes(t *testing.T) {
	const most = 256 << 10
	for kind, documents := range build(t, "replicas").documents {
		for _, document := range documents {
			var object meta.PartialObjectMetadata
			if err := yaml.Unmarshal(document, &object); err != nil {
				t.Fatal(err)
			}
			data, err := yaml.YAMLToJSON(document)
			if err != nil {
				t.Fatal(err)
			}
			if len(data) > most*3/4 {
				t.Errorf("%s %s has %d bytes of the %d that it may have", kind, object.Name, len(data), most)
			}
		}
	}
}
