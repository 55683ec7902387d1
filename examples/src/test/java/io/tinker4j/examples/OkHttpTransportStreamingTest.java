package io.tinker4j.examples;

import io.tinker4j.testkit.contract.TransportStreamingContract;
import io.tinker4j.transport.Transport;

class OkHttpTransportStreamingTest extends TransportStreamingContract {
  @Override
  protected Transport createTransport() {
    return OkHttpTransport.create();
  }
}
