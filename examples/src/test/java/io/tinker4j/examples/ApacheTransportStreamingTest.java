package io.tinker4j.examples;

import io.tinker4j.testkit.contract.TransportStreamingContract;
import io.tinker4j.transport.Transport;

class ApacheTransportStreamingTest extends TransportStreamingContract {
  @Override
  protected Transport createTransport() {
    return ApacheTransport.create();
  }
}
