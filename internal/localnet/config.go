package localnet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"

	"github.com/aitbc/aitbc/app/ante"
	"github.com/aitbc/aitbc/index"
)

const (
	// queryGasLimit is what a query or simulation may cost.
	queryGasLimit = 50_000_000
	// redialPeriod caps the pause between two attempts to reach a peer.
	redialPeriod = 2 * time.Second
)

// writeConfigs writes config.toml, app.toml and client.toml of a node, whose
// home must exist.
func writeConfigs(o Options, home string, n Node, peers string) error {
	dir := filepath.Join(home, "config")
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return fmt.Errorf("make %s: %w", dir, err)
	}
	cmtcfg.WriteConfigFile(filepath.Join(dir, "config.toml"), cometConfig(o, home, n, peers))
	serverconfig.SetConfigTemplate(serverconfig.DefaultConfigTemplate)
	serverconfig.WriteConfigFile(filepath.Join(dir, "app.toml"), appConfig(n))
	readModel := index.DefaultConfig()
	readModel.Enable = n.Index == 0
	if err := index.AppendConfig(filepath.Join(dir, "app.toml"), readModel); err != nil {
		return err
	}
	return writeClientConfig(filepath.Join(dir, "client.toml"), o.ChainID, n.Ports)
}

// cometConfig are settings for many nodes with one address on one machine.
func cometConfig(o Options, home string, n Node, peers string) *cmtcfg.Config {
	c := cmtcfg.DefaultConfig()
	c.SetRoot(home)
	c.Moniker = n.Name
	c.LogLevel = "info"
	c.Consensus.TimeoutPropose = 2 * time.Second
	c.Consensus.TimeoutCommit = o.BlockTime
	c.Mempool.Size = 10_000
	c.Mempool.MaxTxsBytes = 64 << 20
	c.Mempool.MaxTxBytes = 128 << 10

	c.RPC.ListenAddress = tcpURL(n.Ports.RPC)
	c.RPC.MaxBodyBytes = 256 << 10 // a transaction of the largest size, in base64
	c.RPC.CORSAllowedOrigins = []string{"*"}
	c.RPC.PprofListenAddress = ""

	c.P2P.ListenAddress = tcpURL(n.Ports.P2P)
	c.P2P.PersistentPeers = peers
	c.P2P.PexReactor = false
	c.P2P.AddrBookStrict = false
	c.P2P.AllowDuplicateIP = true
	c.P2P.MaxNumInboundPeers = MaxValidators + MaxFullNodes
	c.P2P.MaxNumOutboundPeers = MaxValidators + MaxFullNodes
	// A killed node's peers must find it again within seconds, not minutes.
	c.P2P.PersistentPeersMaxDialPeriod = redialPeriod

	c.TxIndex.Indexer = "null"
	if n.Index == 0 {
		c.TxIndex.Indexer = "kv"
	}
	c.Instrumentation.Prometheus = true
	c.Instrumentation.PrometheusListenAddr = hostPort(n.Ports.Metrics)
	return c
}

func appConfig(n Node) *serverconfig.Config {
	c := serverconfig.DefaultConfig()
	c.MinGasPrices = ante.FloorPrice.String()
	c.QueryGasLimit = queryGasLimit
	c.API.Enable = true
	c.API.Swagger = true
	c.API.EnableUnsafeCORS = true
	c.API.Address = tcpURL(n.Ports.REST)
	c.GRPC.Enable = true
	c.GRPC.Address = hostPort(n.Ports.GRPC)
	c.StateSync.SnapshotInterval = 0
	return c
}

// clientTemplate has what differs from a client's defaults: aitbcd with this
// --home talks to this node and signs with the network's keys.
var clientTemplate = template.Must(template.New("client.toml").Parse(
	`# Written for a localnet. A flag of the same name wins.
chain-id = "{{ .ChainID }}"
node = "{{ .Node }}"
keyring-backend = "test"
`))

func writeClientConfig(path, chainID string, ports Ports) error {
	var text bytes.Buffer
	data := struct{ ChainID, Node string }{chainID, tcpURL(ports.RPC)}
	if err := clientTemplate.Execute(&text, data); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o600)
}

// peersOf lists all nodes but one, as node id @ address.
func peersOf(nodes []Node, self int) string {
	peers := make([]string, 0, len(nodes))
	for _, n := range nodes {
		if n.Index != self {
			peers = append(peers, n.NodeID+"@"+hostPort(n.Ports.P2P))
		}
	}
	return strings.Join(peers, ",")
}
