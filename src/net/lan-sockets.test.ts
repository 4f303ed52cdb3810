import { lanNetworkContract } from '../testing/lan-network-contract.ts'
import { createMemoryLan, createMemorySwitch, infoOfIPv4 } from '../testing/memory-lan.ts'
import { systemLanNetwork } from './lan-sockets.ts'

const inMemory = createMemoryLan().host()
inMemory.plug('eth0', createMemorySwitch(), infoOfIPv4('192.0.2.1'))
lanNetworkContract('a local network in memory', inMemory.network)

const loopback = { ...systemLanNetwork, interfaces: () => ({ lo: [infoOfIPv4('127.0.0.1', '255.0.0.0')] }) }
lanNetworkContract('the sockets of the system, on loopback', loopback)
