package io.tinker4j.testkit.contract;

import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;

/** The offer of HTTP/2 changes nothing for a server that ignores it. */
class H2cTransportContractTest extends TransportContract {
  @Override
  protected Transport createTransport() {
    return JdkTransport.builder().h2c(true).build();
  }
}
