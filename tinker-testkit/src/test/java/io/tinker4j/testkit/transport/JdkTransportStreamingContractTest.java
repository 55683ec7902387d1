package io.tinker4j.testkit.transport;

import io.tinker4j.transport.JdkTransport;
import io.tinker4j.transport.Transport;

class JdkTransportStreamingContractTest extends TransportStreamingContract {
  @Override
  protected Transport createTransport() {
    return JdkTransport.create();
  }
}
