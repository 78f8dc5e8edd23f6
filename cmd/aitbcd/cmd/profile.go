package cmd

import (
	"fmt"
	"slices"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"

	serverconfig "github.com/cosmos/cosmos-sdk/server/config"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"

	"github.com/aitbc/aitbc/app/ante"
)

// profile is a role of a node: what differs from role to role in config.toml and
// app.toml. What is the same for all is in baseConfigs.
type profile struct {
	name string
	use  string // for whom, one line of help

	// p2pAddress is where peers connect.
	p2pAddress string
	pex        bool // tells peers about other peers, and asks them
	seed       bool // does nothing but that
	inbound    int  // most peers that connected to us
	outbound   int  // most peers that we connected to
	// oneMachine allows peers with private addresses, and several at one address.
	oneMachine bool

	rest    bool   // REST gateway with its documentation
	grpc    bool   // gRPC, with health and reflection
	indexer string // "kv" answers queries for transactions, "null" does not
	// blockResults keeps the results of all blocks, for queries and replays.
	blockResults bool

	// readModel keeps the tables that people search in.
	readModel bool

	pruning    string // strategy, see keepRecent
	keepRecent string // states that are kept when pruning is custom
	// snapshots is the distance in blocks between two state-sync snapshots; 0 is none.
	snapshots uint64
}

const (
	anywhere = "tcp://0.0.0.0:26656"
	loopback = "tcp://127.0.0.1:26656"

	indexAll  = "kv"
	indexNone = "null"
)

// profiles are the roles that `init --profile` knows. The first is the default.
var profiles = []profile{
	{
		name: "dev", use: "one machine: everything on, everything on loopback",
		p2pAddress: loopback, pex: true, inbound: 60, outbound: 20, oneMachine: true,
		rest: true, grpc: true, indexer: indexAll, blockResults: true, readModel: true,
		pruning: pruningtypes.PruningOptionDefault,
	},
	{
		name: "validator", use: "signs blocks; talks to its sentries only, serves nobody",
		p2pAddress: anywhere, inbound: 40, outbound: 10,
		grpc: true, indexer: indexNone,
		pruning: pruningtypes.PruningOptionCustom, keepRecent: "1000",
	},
	{
		name: "sentry", use: "shields a validator from the public network",
		p2pAddress: anywhere, pex: true, inbound: 100, outbound: 20,
		grpc: true, indexer: indexNone,
		pruning: pruningtypes.PruningOptionCustom, keepRecent: "1000",
	},
	{
		name: "rpc", use: "answers queries and takes transactions, behind a proxy; makes snapshots",
		p2pAddress: anywhere, pex: true, inbound: 60, outbound: 20,
		rest: true, grpc: true, indexer: indexAll, blockResults: true, readModel: true,
		pruning: pruningtypes.PruningOptionCustom, keepRecent: "100000", snapshots: 1000,
	},
	{
		name: "archive", use: "as rpc, and keeps every state",
		p2pAddress: anywhere, pex: true, inbound: 60, outbound: 20,
		rest: true, grpc: true, indexer: indexAll, blockResults: true, readModel: true,
		pruning: pruningtypes.PruningOptionNothing,
	},
	{
		name: "seed", use: "tells new nodes about others, and nothing else",
		p2pAddress: anywhere, pex: true, seed: true, inbound: 200, outbound: 40,
		indexer: indexNone,
		pruning: pruningtypes.PruningOptionCustom, keepRecent: "1000",
	},
}

func profileNames() []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.name
	}
	return names
}

func profileHelp() string {
	var b strings.Builder
	for _, p := range profiles {
		fmt.Fprintf(&b, "  %-10s %s\n", p.name, p.use)
	}
	return b.String()
}

func profileByName(name string) (profile, error) {
	i := slices.IndexFunc(profiles, func(p profile) bool { return p.name == name })
	if i < 0 {
		return profile{}, fmt.Errorf("--profile: expected one of %s, got %q", strings.Join(profileNames(), ", "), name)
	}
	return profiles[i], nil
}

// configs returns config.toml and app.toml of the role.
func (p profile) configs() (*cmtcfg.Config, *serverconfig.Config) {
	comet, node := baseConfigs()

	comet.P2P.ListenAddress = p.p2pAddress
	comet.P2P.PexReactor = p.pex
	comet.P2P.SeedMode = p.seed
	comet.P2P.MaxNumInboundPeers = p.inbound
	comet.P2P.MaxNumOutboundPeers = p.outbound
	comet.P2P.AddrBookStrict = !p.oneMachine
	comet.P2P.AllowDuplicateIP = p.oneMachine
	comet.TxIndex.Indexer = p.indexer
	comet.Storage.DiscardABCIResponses = !p.blockResults

	node.API.Enable = p.rest
	node.API.Swagger = p.rest
	node.GRPC.Enable = p.grpc
	node.GRPCWeb.Enable = p.rest && p.grpc
	node.Pruning = p.pruning
	if p.pruning == pruningtypes.PruningOptionCustom {
		node.PruningKeepRecent = p.keepRecent
		node.PruningInterval = "10"
	}
	node.StateSync.SnapshotInterval = p.snapshots
	return comet, node
}

const (
	kib = 1 << 10
	mib = 1 << 20
)

// baseConfigs returns settings that are safe for every role. The stock ones are
// made for trusted users: queries without bounds, a mempool of 1 GiB, replies of
// 2 GiB.
func baseConfigs() (*cmtcfg.Config, *serverconfig.Config) {
	comet := cmtcfg.DefaultConfig()
	comet.Consensus.TimeoutPropose = 2 * time.Second
	comet.Consensus.TimeoutCommit = time.Second
	// With any other number a node does not start while its key's signature is in
	// so many last blocks. On a halted chain these blocks never pass, and no
	// validator could ever start again. What guards a restart is the file
	// priv_validator_state.json.
	comet.Consensus.DoubleSignCheckHeight = 0
	comet.P2P.SendRate = 10_000_000
	comet.P2P.RecvRate = 10_000_000
	comet.Mempool.Size = 10_000
	comet.Mempool.MaxTxsBytes = 64 * mib
	comet.Mempool.MaxTxBytes = 128 * kib
	comet.Mempool.CacheSize = 20_000
	comet.RPC.ListenAddress = "tcp://127.0.0.1:26657"
	comet.RPC.MaxOpenConnections = 500
	comet.RPC.MaxBodyBytes = 256 * kib // a transaction of the largest size, in base64
	comet.RPC.MaxSubscriptionClients = 500
	comet.RPC.MaxSubscriptionsPerClient = 10
	comet.RPC.SubscriptionBufferSize = 1000
	comet.RPC.WebSocketWriteBufferSize = 1000
	comet.RPC.CloseOnSlowClient = true // silence would be worse
	comet.Instrumentation.Prometheus = true
	comet.Instrumentation.PrometheusListenAddr = "127.0.0.1:26660"

	node := serverconfig.DefaultConfig()
	node.MinGasPrices = ante.FloorPrice.String()
	node.QueryGasLimit = 50_000_000
	node.API.Address = "tcp://127.0.0.1:1317"
	node.API.MaxOpenConnections = 500
	node.API.RPCWriteTimeout = 30
	node.API.RPCMaxBodyBytes = 256 * kib
	node.GRPC.Address = "127.0.0.1:9090"
	node.GRPC.MaxRecvMsgSize = 4 * mib
	node.GRPC.MaxSendMsgSize = 16 * mib
	node.Mempool.MaxTxs = -1 // proposals are checked by the chain, see app/proposal.go
	return comet, node
}
