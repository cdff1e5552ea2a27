package alertmanager

import (
	"context"
	"slices"

	"github.com/prometheus/alertmanager/alert"
	"github.com/prometheus/alertmanager/nflog"
	"github.com/prometheus/alertmanager/nflog/nflogpb"
	"github.com/prometheus/alertmanager/notify"
)

// withoutTold leaves out the alerts whose end the message before told. They are still in
// their group after a restart or where another planwatch led, so that the next that fires
// would be told of together with their end.
func (n notifier) withoutTold(ctx context.Context, alerts []*alert.Alert) []*alert.Alert {
	group, _ := notify.GroupKey(ctx)
	// Those of the alerts that have ended, in the same order, as they are recorded.
	ended, _ := notify.ResolvedAlerts(ctx)
	entries, err := n.told.Query(nflog.QGroupKey(group), nflog.QReceiver(&nflogpb.Receiver{
		GroupName: n.to.Receiver, Integration: n.to.Kind, Idx: uint32(n.to.Index),
	}))
	if err != nil || len(entries) != 1 {
		return alerts // nothing was told yet
	}
	var rest []*alert.Alert
	for _, one := range alerts {
		if one.Resolved() && len(ended) > 0 {
			isTold := slices.Contains(entries[0].ResolvedAlerts, ended[0])
			if ended = ended[1:]; isTold {
				continue
			}
		}
		rest = append(rest, one)
	}
	if len(rest) == 0 {
		return alerts
	}
	return rest
}
