package io.tinker4j.cli.doctor;

import io.tinker4j.transport.internal.Url;
import java.net.URI;
import java.util.Set;

/** Whether the server's address is one, and where it comes from. */
final class AddressCheck implements Check {
  @Override
  public Subject subject() {
    return Subject.ADDRESS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.CONFIG);
  }

  @Override
  public Finding look(Patient patient) {
    String origin = patient.addressOrigin();
    URI address;
    try {
      address = patient.address();
    } catch (IllegalArgumentException e) {
      return Finding.failed(
          "%s (from %s)"
              .formatted(
                  String.valueOf(e.getMessage()).replaceFirst("^baseUrl", "the address"), origin),
          "give an address like https://host/path with --base-url, TINKER_BASE_URL or a"
              + " profile");
    }
    String seen = "%s (from %s)".formatted(address, origin);
    return "http".equals(address.getScheme()) && !Url.isLoopback(address)
        ? Finding.warning(
            seen + "; the key goes there unencrypted", "use https, or a server on this machine")
        : Finding.ok(seen);
  }
}
