"""The expected values of alarms and of their topic."""

from typing import Any, Final

from tests.contract.template.expectations import Kind, Row, get_att, ref, sentence, sub
from tests.contract.template.sections import NAMESPACE, SERVICE

OURS: Final = [{"Name": "service", "Value": SERVICE}]


def of_a_function(name: str) -> list[dict[str, Any]]:
    """Return the dimension of Lambda's metrics of a function."""
    return [{"Name": "FunctionName", "Value": ref(f"{name}Function")}]


def errors(name: str) -> Row:
    """Expect an alarm at the first failed run of a job."""
    return Row(
        "Lambda counts it",
        {
            "Properties.Namespace": "AWS/Lambda",
            "Properties.MetricName": "Errors",
            "Properties.Dimensions": of_a_function(name),
        },
    )


def missing(metric: str, period: int, periods: int, operation: str | None = None) -> Row:
    """Expect an alarm when none of the last `periods` has a datapoint."""
    by_operation = [{"Name": "operation", "Value": operation}] if operation else []
    return Row(
        "quiet is bad: it tells of runs that there are not",
        {
            "Properties.MetricName": metric,
            "Properties.Dimensions": OURS + by_operation,
            "Properties.Statistic": "SampleCount",
            "Properties.Period": period,
            "Properties.EvaluationPeriods": periods,
            "Properties.DatapointsToAlarm": periods,
            "Properties.ComparisonOperator": "LessThanThreshold",
            "Properties.Threshold": 1,
            "Properties.TreatMissingData": "breaching",
        },
    )


ALARMS: Final = Kind(
    "AWS::CloudWatch::Alarm",
    "Alarm",
    {
        "Properties.AlarmDescription": sentence,
        "Properties.Namespace": NAMESPACE,
        "Properties.MetricName": "<Name>",
        "Properties.Dimensions": OURS,
        "Properties.Statistic": "Sum",
        "Properties.Period": 300,
        "Properties.EvaluationPeriods": 1,
        "Properties.ComparisonOperator": "GreaterThanThreshold",
        "Properties.Threshold": 0,
        "Properties.TreatMissingData": "notBreaching",
        "Properties.AlarmActions": [ref("AlarmTopic")],
    },
    {
        "LedgerDifferenceAlarm": Row(
            "cents, not a count: two compares in one period are not added up",
            {"Properties.Statistic": "Maximum"},
        ),
        "LedgerCompareMissingAlarm": missing("LedgerDifference", 3_600, 26),
        "ReleaseUnpaidBookingsMissingAlarm": missing("Runs", 300, 12, "releaseUnpaidBookings"),
        "CompletePastBookingsMissingAlarm": missing("Runs", 3_600, 3, "completePastBookings"),
        "ReconcilePaymentsMissingAlarm": missing("Runs", 300, 12, "reconcilePayments"),
        "WebhooksMissedAlarm": Row(
            "nothing is lost, and a day brings few events",
            {
                "Properties.Period": 86_400,
                "Properties.ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "Properties.Threshold": 3,
            },
        ),
        "OverdueBookingsLeftAlarm": Row(
            "one run may leave some; three in a row must not",
            {"Properties.Statistic": "Minimum", "Properties.EvaluationPeriods": 3},
        ),
        "StripeWebhookErrorsAlarm": Row(
            "Lambda counts it, and Stripe sends again what failed",
            {
                "Properties.Namespace": "AWS/Lambda",
                "Properties.MetricName": "Url5xxCount",
                "Properties.Dimensions": of_a_function("StripeWebhook"),
                "Properties.Period": 900,
                "Properties.ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "Properties.Threshold": 5,
            },
        ),
        "FollowUpPaymentsErrorsAlarm": errors("FollowUpPayments"),
        "ReleaseUnpaidBookingsErrorsAlarm": errors("ReleaseUnpaidBookings"),
        "CompletePastBookingsErrorsAlarm": errors("CompletePastBookings"),
        "ReconcilePaymentsErrorsAlarm": errors("ReconcilePayments"),
        "FollowUpPaymentsLagAlarm": Row(
            "Lambda counts it: the age of the oldest record, in milliseconds",
            {
                "Properties.Namespace": "AWS/Lambda",
                "Properties.MetricName": "IteratorAge",
                "Properties.Dimensions": of_a_function("FollowUpPayments"),
                "Properties.Statistic": "Maximum",
                "Properties.Threshold": 600_000,
            },
        ),
        "FailuresAlarm": Row(
            "SQS counts it: the messages that wait",
            {
                "Properties.Namespace": "AWS/SQS",
                "Properties.MetricName": "ApproximateNumberOfMessagesVisible",
                "Properties.Dimensions": [
                    {"Name": "QueueName", "Value": get_att("FailureQueue", "QueueName")}
                ],
                "Properties.Statistic": "Maximum",
            },
        ),
    },
)

TOPICS: Final = Kind(
    "AWS::SNS::Topic",
    "Topic",
    {"Properties.DisplayName": sub("Alarms of ${AWS::StackName}")},
)

SUBSCRIPTIONS: Final = Kind(
    "AWS::SNS::Subscription",
    "Subscription",
    {
        "Condition": "HasAlarmEmail",
        "Properties.TopicArn": ref("AlarmTopic"),
        "Properties.Protocol": "email",
        "Properties.Endpoint": ref("AlarmEmail"),
    },
)

KINDS: Final = (ALARMS, TOPICS, SUBSCRIPTIONS)
