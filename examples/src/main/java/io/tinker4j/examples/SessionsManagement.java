package io.tinker4j.examples;

import io.tinker4j.training.AccessScope;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.GetSessionResponse;
import java.util.Map;
import java.util.TreeMap;

/** Lists sessions, also those of others that may be seen, with what was created in them. */
public final class SessionsManagement {
  private SessionsManagement() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      run(service.createRestClient())
          .forEach((id, session) -> System.out.println(id + " " + session));
    }
  }

  static Map<String, GetSessionResponse> run(RestClient rest) {
    Map<String, GetSessionResponse> sessions = new TreeMap<>();
    for (String id : rest.sessions().all(AccessScope.ACCESSIBLE)) { // pages are fetched on the way
      sessions.put(id, rest.sessions().get(id, AccessScope.ACCESSIBLE));
    }
    return sessions;
  }
}
