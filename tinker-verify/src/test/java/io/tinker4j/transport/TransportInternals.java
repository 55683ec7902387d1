package io.tinker4j.transport;

import io.tinker4j.transport.internal.Url;
import java.net.URI;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the vectors check of this package and users do not see. */
public final class TransportInternals {
  private TransportInternals() {}

  /** Returns the address of a call. */
  public static URI url(
      String baseUrl, String path, Map<String, ? extends @Nullable Object> parameters) {
    return Url.of(Url.base(baseUrl), path, parameters);
  }
}
