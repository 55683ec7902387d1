package io.tinker4j.training;

import io.tinker4j.training.PagedIterable.Page;
import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.GetSessionResponse;
import io.tinker4j.types.ListSessionsResponse;
import io.tinker4j.types.wire.GetSessionRequest;
import io.tinker4j.types.wire.ListSessionsRequest;
import io.tinker4j.types.wire.SetSessionProjectRequest;
import java.util.Objects;

/**
 * Describes, lists and exports sessions. Thread-safe; the methods block, and throw what those of
 * {@link RestClient} do.
 */
public final class SessionsClient {
  private static final int PAGE = 100;

  private final ApiClient api;
  private final ServerFeatures features;

  SessionsClient(ApiClient api, ServerFeatures features) {
    this.api = api;
    this.features = features;
  }

  /** Describes a session of one's own: its training runs and samplers. */
  public GetSessionResponse get(String sessionId) {
    return get(sessionId, AccessScope.OWNED);
  }

  /** Describes a session: its training runs and samplers. */
  public GetSessionResponse get(String sessionId, AccessScope scope) {
    return features.call(
        Operations.GET_SESSION,
        GetSessionRequest.builder()
            .sessionId(ResourceIds.check("sessionId", sessionId))
            .accessScope(scope.value())
            .build());
  }

  /** Lists the ids of one's own sessions, a page of them. */
  public ListSessionsResponse list(int limit, int offset) {
    return list(limit, offset, AccessScope.OWNED);
  }

  /** Lists the ids of sessions, a page of them. */
  public ListSessionsResponse list(int limit, int offset, AccessScope scope) {
    SubmissionChecks.page(limit, offset);
    return features.call(
        Operations.LIST_SESSIONS,
        ListSessionsRequest.builder()
            .limit(limit)
            .offset(offset)
            .accessScope(scope.value())
            .build());
  }

  /** Returns the ids of one's own sessions, fetched as they are walked through. */
  public PagedIterable<String> all() {
    return all(AccessScope.OWNED);
  }

  /** Returns the ids of sessions, fetched as they are walked through. */
  public PagedIterable<String> all(AccessScope scope) {
    Objects.requireNonNull(scope, "scope");
    return new PagedIterable<>(
        PAGE, (limit, offset) -> new Page<>(list(limit, offset, scope).sessions(), -1));
  }

  /** Moves a session and what belongs to it into a project. */
  public void assignProject(String sessionId, String projectId) {
    features.call(
        Operations.SET_SESSION_PROJECT,
        SetSessionProjectRequest.builder()
            .sessionId(ResourceIds.check("sessionId", sessionId))
            .projectId(ResourceIds.check("projectId", projectId))
            .build());
  }

  /**
   * Exports the trace of a session and returns the signed address of the file, which is good for
   * about an hour. Asks every five seconds until the export is ready, for at most half an hour.
   *
   * @throws RequestFailedException when the export failed
   * @throws ProgressTimeoutException when it was not ready in time
   */
  public String exportTrace(String sessionId) {
    TraceExport export = new TraceExport(api, ResourceIds.check("sessionId", sessionId));
    return features.use(Operations.TRACE_EXPORT, export::await);
  }
}
