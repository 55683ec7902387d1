package io.tinker4j.testkit.contract;

import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;

class JdkTransportStreamingContractTest extends TransportStreamingContract {
  @Override
  protected Transport createTransport() {
    return JdkTransport.create();
  }
}
