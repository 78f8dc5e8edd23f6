//go:build system

package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	reflectionpb "google.golang.org/grpc/reflection/grpc_reflection_v1alpha"

	"github.com/aitbc/aitbc/internal/localnet"
)

// TestServices asks a real node what wallets, explorers and operators ask.
func TestServices(t *testing.T) {
	ctx := testContext(t)
	n := newNetwork(t, options(t, 1))
	start(t, n)
	must(t, n.WaitHeight(ctx, 2))
	rest := n.RESTAddress(0)

	t.Run("swagger", func(t *testing.T) {
		page := get(ctx, t, rest+"/swagger/")
		if !strings.Contains(strings.ToLower(page), "<html") {
			t.Errorf("expected a page, got %.200s", page)
		}
	})
	t.Run("rest", func(t *testing.T) {
		var clock struct {
			BlockTime  string `json:"block_time"`
			MarketTime string `json:"market_time"`
		}
		readJSON(ctx, t, rest+"/aitbc/clock/v1/clock", &clock)
		if clock.BlockTime == "" || clock.MarketTime == "" {
			t.Errorf("expected block and market time, got %+v", clock)
		}
		var info struct {
			Node struct {
				Network string `json:"network"`
			} `json:"default_node_info"`
		}
		readJSON(ctx, t, rest+"/cosmos/base/tendermint/v1beta1/node_info", &info)
		if info.Node.Network != localnet.DefaultChainID {
			t.Errorf("expected chain %s, got %q", localnet.DefaultChainID, info.Node.Network)
		}
	})
	t.Run("cors", func(t *testing.T) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, rest+"/aitbc/clock/v1/params", nil)
		must(t, err)
		req.Header.Set("Origin", "http://wallet.example")
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		defer func() { _ = res.Body.Close() }()
		if got := res.Header.Get("Access-Control-Allow-Origin"); got == "" {
			t.Error("expected a localnet to let web pages in")
		}
	})
	t.Run("metrics", func(t *testing.T) {
		text := get(ctx, t, fmt.Sprintf("http://127.0.0.1:%d/metrics", n.State().Nodes[0].Ports.Metrics))
		if !strings.Contains(text, "cometbft_consensus_height") {
			t.Errorf("expected the height among the metrics, got %.200s", text)
		}
	})

	conn, err := grpc.NewClient(n.GRPCAddress(0), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	defer func() { _ = conn.Close() }()
	t.Run("grpc health", func(t *testing.T) {
		res, err := healthpb.NewHealthClient(conn).Check(ctx, &healthpb.HealthCheckRequest{})
		must(t, err)
		if res.Status != healthpb.HealthCheckResponse_SERVING {
			t.Errorf("expected SERVING, got %s", res.Status)
		}
	})
	t.Run("grpc reflection", func(t *testing.T) {
		services := reflected(ctx, t, conn)
		for _, want := range []string{"aitbc.clock.v1.Query", "cosmos.bank.v1beta1.Query", "cosmos.tx.v1beta1.Service", "grpc.health.v1.Health"} {
			if !slices.Contains(services, want) {
				t.Errorf("expected %s among the services, got %v", want, services)
			}
		}
	})
}

// reflected lists the services that a node says it has. The SDK's server speaks
// the first version of the protocol only, to which tools fall back.
//
//nolint:staticcheck // there is no later version to ask with
func reflected(ctx context.Context, t *testing.T, conn *grpc.ClientConn) []string {
	t.Helper()
	stream, err := reflectionpb.NewServerReflectionClient(conn).ServerReflectionInfo(ctx)
	must(t, err)
	must(t, stream.Send(&reflectionpb.ServerReflectionRequest{
		MessageRequest: &reflectionpb.ServerReflectionRequest_ListServices{},
	}))
	res, err := stream.Recv()
	must(t, err)
	var names []string
	for _, s := range res.GetListServicesResponse().GetService() {
		names = append(names, s.Name)
	}
	return names
}

func get(ctx context.Context, t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	must(t, err)
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: expected 200, got %s: %.300s", url, res.Status, body)
	}
	return string(body)
}

func readJSON(ctx context.Context, t *testing.T, url string, into any) {
	t.Helper()
	body := get(ctx, t, url)
	if err := json.Unmarshal([]byte(body), into); err != nil {
		t.Fatalf("%s: expected JSON, got %.300s", url, body)
	}
}
