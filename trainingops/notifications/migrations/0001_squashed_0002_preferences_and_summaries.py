"""What the migrations up to 0002 make of an empty database, in one step; a filled one goes on with them."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('notifications', '0001_initial'),
        ('notifications', '0002_preferences_and_summaries'),
    ]

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='OutboxMessage',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject', models.UUIDField()),
                    ('kind', models.CharField(max_length=60)),
                    ('step', models.CharField(blank=True, max_length=60)),
                    ('address', models.EmailField(help_text='where it goes; recipients without account have only this', max_length=254)),
                    ('language', models.CharField(default='id', max_length=5)),
                    ('url', models.CharField(blank=True, max_length=300)),
                    ('params', models.JSONField(default=dict)),
                    ('message_id', models.CharField(max_length=120, unique=True)),
                    ('state', models.CharField(choices=[('pending', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed')], default='pending', max_length=8)),
                    ('not_before', models.DateTimeField()),
                    ('urgent', models.BooleanField(default=False, help_text="does not wait for the recipient's working hours")),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('token', models.UUIDField(null=True)),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('error', models.TextField(blank=True)),
                    ('created_at', models.DateTimeField()),
                    ('sent_at', models.DateTimeField(null=True)),
                    ('recipient', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='outbox', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='Notice',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(max_length=60)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject', models.UUIDField()),
                    ('step', models.CharField(blank=True, help_text='which of several notices of this kind', max_length=60)),
                    ('url', models.CharField(max_length=300)),
                    ('params', models.JSONField(default=dict)),
                    ('created_at', models.DateTimeField()),
                    ('read_at', models.DateTimeField(null=True)),
                    ('channel', models.CharField(choices=[('app', 'In the app only'), ('mail', 'Mail at once'), ('digest', 'Daily summary'), ('off', 'Off')], default='app', help_text='as it was chosen then', max_length=6)),
                    ('gathered', models.BooleanField(default=False, help_text='one mail tells the many of a sweep')),
                    ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to=settings.AUTH_USER_MODEL)),
                    ('carrier', models.ForeignKey(help_text='the mail that told it together with others', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='carried', to='notifications.outboxmessage')),
                ],
                options={
                    'ordering': ['-created_at', '-id'],
                },
            ),
            migrations.CreateModel(
                name='Preference',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('kind', models.CharField(max_length=60)),
                    ('channel', models.CharField(choices=[('app', 'In the app only'), ('mail', 'Mail at once'), ('digest', 'Daily summary'), ('off', 'Off')], max_length=6)),
                    ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notice_preferences', to=settings.AUTH_USER_MODEL)),
                ],
            ),
            migrations.AddIndex(
                model_name='outboxmessage',
                index=models.Index(fields=['state', 'not_before', 'lease_until'], name='notificatio_state_c53cfa_idx'),
            ),
            migrations.AddConstraint(
                model_name='outboxmessage',
                constraint=models.UniqueConstraint(fields=('subject', 'kind', 'address', 'step'), name='outbox_message_once'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(fields=['recipient', 'read_at', '-created_at'], name='notificatio_recipie_92d495_idx'),
            ),
            migrations.AddIndex(
                model_name='notice',
                index=models.Index(condition=models.Q(('carrier', None), models.Q(('channel', 'digest'), ('gathered', True), _connector='OR')), fields=['recipient', 'created_at'], name='notice_waits_for_mail'),
            ),
            migrations.AddConstraint(
                model_name='notice',
                constraint=models.UniqueConstraint(fields=('subject', 'kind', 'recipient', 'step'), name='notice_exactly_once'),
            ),
            migrations.AddConstraint(
                model_name='preference',
                constraint=models.UniqueConstraint(fields=('user', 'kind'), name='preference_once_a_kind'),
            ),
        ]),
    ]
