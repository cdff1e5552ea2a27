package kubernetes

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	apps "k8s.io/api/apps/v1"
	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/yaml" //nolint:depguard // decodes as Kubernetes does
)

// replicated are the settings of planwatch.yaml that are about replicas.
type replicated struct {
	Web struct {
		ConfigFile string `json:"config_file"`
	} `json:"web"`
	Replicas struct {
		Addresses []string `json:"addresses"`
		Client    struct {
			User         string `json:"user"`
			PasswordFile string `json:"password_file"`
		} `json:"client"`
	} `json:"replicas"`
}

// Two pods reach each other by the names that the settings have, prove who they are by one
// secret, keep what they keep apart, and are not away at once.
func TestReplicas(t *testing.T) {
	a := build(t, "replicas")
	set := only(t, a.statefulSets)
	pod := set.Spec.Template
	container := only(t, pod.Spec.Containers)
	port := only(t, container.Ports)
	selects := func(what string, selector *meta.LabelSelector) {
		t.Helper()
		chosen, err := meta.LabelSelectorAsSelector(selector)
		if err != nil || chosen.Empty() || !chosen.Matches(labels.Set(pod.Labels)) {
			t.Errorf("%s selects %v (%v), and pods have %v", what, chosen, err, pod.Labels)
		}
	}
	var settings replicated
	if err := yaml.Unmarshal([]byte(only(t, a.settings).Data["planwatch.yaml"]), &settings); err != nil {
		t.Fatal(err)
	}

	var names []string
	for i := range *set.Spec.Replicas {
		names = append(names, fmt.Sprintf("http://%s-%d.%s:%d", set.Name, i, set.Spec.ServiceName, port.ContainerPort))
	}
	if !slices.Equal(settings.Replicas.Addresses, names) {
		t.Errorf("replicas.addresses are %q, and the pods are at %q", settings.Replicas.Addresses, names)
	}
	naming := named(t, a.services, set.Spec.ServiceName)
	if naming.Spec.ClusterIP != core.ClusterIPNone || !naming.Spec.PublishNotReadyAddresses || !labels.SelectorFromSet(naming.Spec.Selector).Matches(labels.Set(pod.Labels)) {
		t.Errorf("the service %s gives pods no names, or only those that are ready: %+v", naming.Name, naming.Spec)
	}
	if pages := named(t, a.services, "planwatch"); pages.Spec.ClusterIP == core.ClusterIPNone || pages.Spec.PublishNotReadyAddresses {
		t.Errorf("the service for pages leads to pods that are not ready: %+v", pages.Spec)
	}
	if set.Spec.PodManagementPolicy != apps.ParallelPodManagement {
		t.Errorf("pods are started %s: none while one before it cannot be", set.Spec.PodManagementPolicy)
	}

	budget := only(t, a.budgets)
	selects("the budget", budget.Spec.Selector)
	if budget.Spec.MinAvailable != nil || budget.Spec.MaxUnavailable.IntVal != 1 {
		t.Errorf("the budget: %+v", budget.Spec)
	}
	apart := only(t, pod.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution)
	selects("the anti-affinity", apart.LabelSelector)
	if apart.TopologyKey != core.LabelHostname {
		t.Errorf("pods are apart by %s", apart.TopologyKey)
	}
	claim := only(t, set.Spec.VolumeClaimTemplates)
	if !slices.Equal(claim.Spec.AccessModes, []core.PersistentVolumeAccessMode{core.ReadWriteOnce}) {
		t.Errorf("the storage can be shared: %v", claim.Spec.AccessModes)
	}

	policy := only(t, a.policies)
	in := slices.ContainsFunc(policy.Spec.Ingress, func(r networking.NetworkPolicyIngressRule) bool { return toPods(r.From, r.Ports, pod, port) })
	out := slices.ContainsFunc(policy.Spec.Egress, func(r networking.NetworkPolicyEgressRule) bool { return toPods(r.To, r.Ports, pod, port) })
	if !in || !out {
		t.Errorf("the policy lets pods reach each other: in %t, out %t", in, out)
	}

	// What is asked of each who reads is what the others, the probes and Prometheus have.
	mounted := map[string]string{}
	for _, volume := range pod.Spec.Volumes {
		for _, mount := range container.VolumeMounts {
			if volume.Secret != nil && mount.Name == volume.Name {
				mounted[mount.MountPath] = volume.Secret.SecretName
			}
		}
	}
	client := settings.Replicas.Client
	secret, key := mounted[filepath.Dir(client.PasswordFile)], filepath.Base(client.PasswordFile)
	if secret == "" || mounted[filepath.Dir(settings.Web.ConfigFile)] != secret {
		t.Errorf("the password is at %s, and %s asks for it; mounted: %v", client.PasswordFile, settings.Web.ConfigFile, mounted)
	}
	environment := map[string]string{}
	for _, variable := range container.Env {
		environment[variable.Name] = variable.Value
	}
	if environment["HEALTHCHECK_USER"] != client.User || environment["HEALTHCHECK_PASSWORD_FILE"] != client.PasswordFile {
		t.Errorf("probes: %v", environment)
	}
	for name, probe := range map[string]*core.Probe{"startup": container.StartupProbe, "readiness": container.ReadinessProbe, "liveness": container.LivenessProbe} {
		// The health check itself gives up after three seconds.
		if probe.Exec == nil || probe.HTTPGet != nil || probe.TimeoutSeconds < 4 {
			t.Errorf("the %s probe knows no password, or has no time: %+v", name, probe)
		}
	}

	monitor := only(t, a.serviceMonitors)
	endpoint := only(t, monitor.Spec.Endpoints)
	if endpoint.BasicAuth == nil || endpoint.BasicAuth.Password.Name != secret || endpoint.BasicAuth.Password.Key != key || endpoint.BasicAuth.Username.Name != secret {
		t.Errorf("Prometheus proves who it is by %+v", endpoint.BasicAuth)
	}
	if chosen, err := meta.LabelSelectorAsSelector(&monitor.Spec.Selector); err != nil || chosen.Matches(labels.Set(naming.Labels)) {
		t.Errorf("Prometheus scrapes %s too: %v", naming.Name, err)
	}
	last := endpoint.RelabelConfigs[len(endpoint.RelabelConfigs)-1]
	if last.TargetLabel != "__address__" || last.Replacement == nil || !strings.HasSuffix(*last.Replacement, fmt.Sprintf(".svc:%d", only(t, named(t, a.services, "planwatch").Spec.Ports).Port)) {
		t.Errorf("Prometheus scrapes each pod: %+v", last)
	}
}

// toPods reports whether a rule of a policy is about the pods, by their port.
func toPods(peers []networking.NetworkPolicyPeer, ports []networking.NetworkPolicyPort, pod core.PodTemplateSpec, port core.ContainerPort) bool {
	open := slices.ContainsFunc(ports, func(p networking.NetworkPolicyPort) bool { return p.Port.IntVal == port.ContainerPort })
	return open && slices.ContainsFunc(peers, func(p networking.NetworkPolicyPeer) bool {
		if p.NamespaceSelector != nil || p.PodSelector == nil {
			return false // another namespace's
		}
		chosen, err := meta.LabelSelectorAsSelector(p.PodSelector)
		return err == nil && !chosen.Empty() && chosen.Matches(labels.Set(pod.Labels))
	})
}
