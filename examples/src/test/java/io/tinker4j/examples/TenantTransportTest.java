package io.tinker4j.examples;

import io.tinker4j.testkit.contract.TransportContract;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.jdk.JdkTransport;

class TenantTransportTest extends TransportContract {
  @Override
  protected Transport createTransport() {
    return new TenantTransport(JdkTransport.create());
  }
}
