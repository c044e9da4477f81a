// Tests a router: brings a session up, sends one malformed UPDATE, and expects the NOTIFICATION that RFC 4271 asks for.
// It uses the codec and one session, without tables and policies. Exit status 0: the router did as it should.
// node scripted-peer.js ROUTER-ADDRESS ROUTER-AS [PORT] [LOCAL-AS]
import { ErrorCode, IPV4_UNICAST, MessageType, notificationText, UpdateError } from '@peerage/bgp/codec';
import { nodePorts } from '@peerage/bgp/node';
import { Session, type SessionError, TurnLoop } from '@peerage/bgp/session';

const [address = '127.0.0.1', remoteAs = '64513', port = '179', localAs = '64512'] = process.argv.slice(2);

/** An UPDATE that says it has 255 octets of withdrawn routes, and has none (RFC 4271 §6.3: Malformed Attribute List). */
const malformed = Uint8Array.of(...new Array<number>(16).fill(255), 0, 23, MessageType.Update, 0, 255, 0, 0);

const ports = nodePorts();
const error = await new Promise<SessionError>((resolve) => {
  const session = new Session(
    {
      target: { address, port: Number(port) },
      localAs: Number(localAs),
      localRouterId: 0xc0000201,
      remoteAs: Number(remoteAs),
      holdTime: 90,
      connectRetryTime: 2,
      idleHoldTime: 1,
      passive: false,
      capabilities: [{ name: 'multiprotocol', family: IPV4_UNICAST }],
    },
    ports,
    new TurnLoop(ports.clock),
    {
      stateChanged: (state) => console.log(state),
      established: (negotiated) => {
        console.log(`hold time ${negotiated.holdTime} s, messages of up to ${negotiated.maxMessage} octets`);
        session.send(malformed);
      },
      // What a speaker would judge and keep. Null: nothing is wrong with it.
      update: () => null,
      routeRefresh: () => {},
      writable: () => {},
      ended: (error, wasEstablished) => {
        if (!wasEstablished) return console.log(error.message);
        session.stop();
        resolve(error);
      },
    },
  );
  session.start();
});

const { notification } = error;
const isRight =
  notification?.direction === 'received' &&
  notification.code === ErrorCode.Update &&
  notification.subcode === UpdateError.MalformedAttributeList;
console.log(isRight ? 'right:' : 'wrong:', notification?.text ?? error.message);
if (!isRight)
  console.log('expected:', notificationText(ErrorCode.Update, UpdateError.MalformedAttributeList));
process.exitCode = isRight ? 0 : 1;
