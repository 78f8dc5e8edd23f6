package localnet

import (
	"fmt"
	"net"
	"strconv"
)

const (
	// DefaultBasePort gives node0 CometBFT's usual ports.
	DefaultBasePort = 26650
	// portStride is the distance between the ports of a node and the next.
	portStride = 10

	loopback = "127.0.0.1"

	// The SDK's usual ports, which node0 has on a network with DefaultBasePort.
	usualREST = 1317
	usualGRPC = 9090
)

// Ports are the TCP ports on which a node listens, all on 127.0.0.1.
type Ports struct {
	P2P     int `json:"p2p"`
	RPC     int `json:"rpc"`
	REST    int `json:"rest"`
	GRPC    int `json:"grpc"`
	Metrics int `json:"metrics"`
}

// PortsOf returns the ports of the node with the given index. They follow from
// base by addition, except REST and gRPC of node0 on DefaultBasePort, which are
// the ones that everybody's tools expect (1317 and 9090).
func PortsOf(base, index int) Ports {
	first := base + index*portStride
	p := Ports{REST: first + 1, GRPC: first + 2, P2P: first + 6, RPC: first + 7, Metrics: first + 10}
	if index == 0 && base == DefaultBasePort {
		p.REST, p.GRPC = usualREST, usualGRPC
	}
	return p
}

type namedPort struct {
	name string
	port int
}

func (p Ports) named() []namedPort {
	return []namedPort{{"P2P", p.P2P}, {"RPC", p.RPC}, {"REST", p.REST}, {"gRPC", p.GRPC}, {"metrics", p.Metrics}}
}

// checkFree returns an error that names the first port that a node can't have.
func (p Ports) checkFree(node string) error {
	for _, np := range p.named() {
		if !portFree(np.port) {
			return fmt.Errorf("port %d (%s of %s) is in use: stop the program that has it, or move all ports with --base-port",
				np.port, np.name, node)
		}
	}
	return nil
}

// FreeBasePort returns a base at or after start from which all ports of so many
// nodes are free at this moment.
func FreeBasePort(start, nodes int) (int, error) {
	for base := start; base+nodes*portStride < 1<<16; base += portStride {
		if blockFree(base, nodes) {
			return base, nil
		}
	}
	return 0, fmt.Errorf("--base-port: expected free ports for %d nodes at or after %d, found none", nodes, start)
}

func blockFree(base, nodes int) bool {
	for i := range nodes {
		if PortsOf(base, i).checkFree("") != nil {
			return false
		}
	}
	return true
}

// portFree tries the wildcard address too: a program that listens there would
// answer on loopback in our place.
func portFree(port int) bool {
	for _, host := range []string{loopback, ""} {
		l, err := net.Listen("tcp", net.JoinHostPort(host, strconv.Itoa(port)))
		if err != nil {
			return false
		}
		if l.Close() != nil {
			return false
		}
	}
	return true
}

func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }

func tcpURL(port int) string { return "tcp://" + hostPort(port) }
