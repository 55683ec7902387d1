package io.tinker4j.testkit.contract;

import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;

class JdkTransportContractTest extends TransportContract {
  @Override
  protected Transport createTransport() {
    return JdkTransport.create();
  }
}
