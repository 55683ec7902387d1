package io.tinker4j.transport.internal;

import io.tinker4j.transport.Headers;

/**
 * A 400 without a length, or of length 0: not the service's answer but that of a proxy before it,
 * which wants the connection gone.
 */
public final class ProxyRejection {
  private ProxyRejection() {}

  public static boolean is(int status, Headers headers) {
    return status == 400 && headers.first("content-length").orElse("0").equals("0");
  }
}
