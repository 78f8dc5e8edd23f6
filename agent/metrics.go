package agent

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

const metricsPrefix = "aitbc_agent_"

// executionBuckets are bounds of how long executions take, in seconds.
var executionBuckets = []float64{0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600}

// metrics are what is counted. Gauges are read from the worker when they are asked for.
type metrics struct {
	registry         *prometheus.Registry
	milestones       *prometheus.CounterVec
	inputs           prometheus.Counter
	executions       *prometheus.CounterVec
	executionSeconds *prometheus.HistogramVec
	transactions     *prometheus.CounterVec
	nodeErrors       prometheus.Counter
}

func newMetrics(w *Worker) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: metricsPrefix + name, Help: help}, labels)
	}
	m := &metrics{
		registry:   prometheus.NewRegistry(),
		milestones: counter("milestones_total", "Milestones of the agent's jobs that came to a status.", "status"),
		inputs:     prometheus.NewCounter(prometheus.CounterOpts{Name: metricsPrefix + "inputs_total", Help: "Inputs that clients handed over."}),
		executions: counter("executions_total", "Attempts of the executor, by how they ended.", "skill", "outcome"),
		executionSeconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: metricsPrefix + "execution_seconds", Help: "How long attempts of the executor took.", Buckets: executionBuckets,
		}, []string{"skill"}),
		transactions: counter("transactions_total", "Transactions that the worker sent, by how they ended.", "kind", "outcome"),
		nodeErrors:   prometheus.NewCounter(prometheus.CounterOpts{Name: metricsPrefix + "node_errors_total", Help: "Questions that no node answered."}),
	}
	m.registry.MustRegister(m.milestones, m.inputs, m.executions, m.executionSeconds, m.transactions, m.nodeErrors,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &gauges{w})
	return m
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

var (
	heightGauge = prometheus.NewDesc(metricsPrefix+"height", "Newest height that was read.", nil, nil)
	ageGauge    = prometheus.NewDesc(metricsPrefix+"block_age_seconds", "How long ago a new height was seen.", nil, nil)
	readyGauge  = prometheus.NewDesc(metricsPrefix+"ready", "1 if the agent takes work, else 0.", nil, nil)
	jobsGauge   = prometheus.NewDesc(metricsPrefix+"live_jobs", "Live jobs by the stage of their live milestone.", []string{"stage"}, nil)
	stepsGauge  = prometheus.NewDesc(metricsPrefix+"steps", "Steps under way.", []string{"step"}, nil)
	stuckGauge  = prometheus.NewDesc(metricsPrefix+"overdue_executions", "Executions that go on although their time is over.", nil, nil)
)

// gauges reads the state of a worker.
type gauges struct{ w *Worker }

// Describe implements prometheus.Collector.
func (*gauges) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{heightGauge, ageGauge, readyGauge, jobsGauge, stepsGauge, stuckGauge} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (g *gauges) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	s := g.w.now()
	gauge(heightGauge, float64(s.height))
	gauge(ageGauge, time.Since(s.seenAt).Seconds())
	ready := 0.0
	if g.w.ready() {
		ready = 1
	}
	gauge(readyGauge, ready)
	byStage := map[stage]int{}
	for _, j := range g.w.table.all() {
		if !j.Record.Progress.Ended() {
			byStage[j.work(j.live()).Stage]++
		}
	}
	for _, s := range stages() {
		gauge(jobsGauge, float64(byStage[s]), string(s))
	}
	steps, stuck := g.w.steps()
	for _, a := range []action{actionExecute, actionSubmit, actionQuit} {
		gauge(stepsGauge, float64(steps[a]), string(a))
	}
	gauge(stuckGauge, float64(stuck))
}

// steps returns how many steps of each kind are under way, and how many executions do
// not stop.
func (w *Worker) steps() (map[action]int, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	steps, stuck := map[action]int{}, 0
	for _, t := range w.tasks {
		steps[t.action]++
		if t.overdue(time.Now()) {
			stuck++
		}
	}
	return steps, stuck
}
