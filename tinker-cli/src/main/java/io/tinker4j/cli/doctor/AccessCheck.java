package io.tinker4j.cli.doctor;

import io.tinker4j.cli.access.Credential;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.AuthenticationException;
import io.tinker4j.types.GetServerCapabilitiesResponse;
import java.util.Set;

/** Whether the server takes the key. */
final class AccessCheck implements Check {
  private static final int UNPAID = 402;

  @Override
  public Subject subject() {
    return Subject.ACCESS;
  }

  @Override
  public Set<Subject> needs() {
    return Set.of(Subject.KEY, Subject.SERVER);
  }

  @Override
  public Finding look(Patient patient) {
    try {
      GetServerCapabilitiesResponse unused = patient.service().getServerCapabilities();
      return Finding.ok("the server takes the key");
    } catch (AuthenticationException e) {
      return Finding.failed(
          "the server refuses the key from %s with %d: %s"
              .formatted(origin(patient), e.status(), e.detail().orElse("")),
          "check that the key is of this server and account, and was not revoked; the console of"
              + " the service makes new ones");
    } catch (ApiStatusException e) {
      if (e.status() != UNPAID) {
        throw e;
      }
      return Finding.failed(
          "the account is blocked for billing: " + e.detail().orElse("402"),
          "look at the account's billing page");
    }
  }

  private static String origin(Patient patient) {
    return patient.credential().map(Credential::origin).orElse("nowhere");
  }
}
