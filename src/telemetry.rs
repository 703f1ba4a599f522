//! The log, the metrics, and what becomes of a panic.

use std::io::IsTerminal;
use std::panic;
use std::str::FromStr;
use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line.
    Json,
}

impl FromStr for LogFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(()),
        }
    }
}

/// Upper bounds of the buckets of request durations, in seconds: fine where answers from memory lie.
const SECONDS: &[f64] =
    &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Directives of the log's filter, unchanged if they can be read.
#[must_use]
pub fn filter(directives: &str) -> Option<String> {
    EnvFilter::try_new(directives).is_ok().then(|| directives.to_owned())
}

/// Starts the log, on standard error, and sends panics there. The first call counts; a log that runs already stays
/// as it is.
pub fn start_log(directives: &str, format: LogFormat) {
    let log =
        tracing_subscriber::fmt().with_env_filter(EnvFilter::new(directives)).with_writer(std::io::stderr);
    // Colours are for terminals: in a file they are noise.
    let log = log.with_ansi(std::io::stderr().is_terminal());
    let started = match format {
        LogFormat::Text => log.try_init(),
        LogFormat::Json => log.json().try_init(),
    };
    if started.is_ok() {
        panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, reason = panic.payload_as_str().unwrap_or("unknown"), "a panic");
        }));
    }
}

/// Starts collecting metrics, once per process; the handle writes them out for `/metrics`. Its `run_upkeep` is to
/// be called every few seconds, or histograms that nobody reads grow.
pub fn start_metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE
        .get_or_init(|| {
            let builder = PrometheusBuilder::new();
            // Only an empty list of bounds is refused.
            let builder = builder
                .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)
                .unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("metrics are collected elsewhere already, so /metrics stays empty");
            }
            describe();
            handle
        })
        .clone()
}

fn describe() {
    metrics::describe_counter!(
        "http_requests_total",
        "Requests answered, by method, address pattern and status."
    );
    metrics::describe_histogram!(
        "http_request_duration_seconds",
        metrics::Unit::Seconds,
        "Time from request to answer."
    );
    metrics::describe_gauge!("http_requests_in_flight", "Requests being worked on.");
    metrics::describe_histogram!(
        "feed_lag_seconds",
        metrics::Unit::Seconds,
        "Time from the start of a writing transaction to its change being served."
    );
    metrics::describe_counter!("feed_objects_total", "Objects that the feed has carried.");
    metrics::describe_counter!("wechat_calls_total", "Calls of WeChat, by path and errcode.");
    metrics::describe_histogram!(
        "wechat_call_duration_seconds",
        metrics::Unit::Seconds,
        "Time from a call of WeChat to its answer."
    );
    metrics::describe_gauge!(
        "db_oldest_transaction_seconds",
        metrics::Unit::Seconds,
        "Age of the oldest open writing transaction."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_come_out_as_buckets() {
        let handle = start_metrics();
        metrics::histogram!("http_request_duration_seconds", "method" => "GET", "path" => "/test")
            .record(0.0004);
        let text = handle.render();
        assert!(
            text.contains(
                "http_request_duration_seconds_bucket{method=\"GET\",path=\"/test\",le=\"0.0005\"} 1"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_filter_is_checked_before_it_is_used() {
        assert!(filter("info,kepu::access=warn").is_some());
        assert!(filter("kepu=loud").is_none());
    }
}
