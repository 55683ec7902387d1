package io.tinker4j.examples;

import io.tinker4j.testkit.contract.TransportContract;
import io.tinker4j.transport.Transport;

class OkHttpTransportTest extends TransportContract {
  @Override
  protected Transport createTransport() {
    return OkHttpTransport.create();
  }
}
