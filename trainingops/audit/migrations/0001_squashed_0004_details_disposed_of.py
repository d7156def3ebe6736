"""What the migrations up to 0004 make of an empty database, in one step; a filled one goes on with them."""

import django.db.models.deletion
import uuid
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('audit', '0001_initial'),
        ('audit', '0002_guards'),
        ('audit', '0003_content_of_what_was_sent'),
        ('audit', '0004_details_disposed_of'),
    ]

    dependencies = [
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='AccessEvent',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('occurred_at', models.DateTimeField()),
                    ('kind', models.CharField(choices=[('download', 'Download'), ('reading', 'Reading'), ('refusal', 'Refusal'), ('sign_in', 'Sign-in'), ('sign_in_failed', 'Failed sign-in'), ('verification', 'Verification')], max_length=20)),
                    ('user', models.UUIDField(null=True)),
                    ('subject_type', models.CharField(blank=True, max_length=60)),
                    ('subject', models.UUIDField(null=True)),
                    ('address', models.GenericIPAddressField(null=True)),
                    ('data', models.JSONField(default=dict)),
                ],
                options={
                    'indexes': [models.Index(fields=['occurred_at'], name='audit_acces_occurre_5634e5_idx'), models.Index(fields=['subject', 'occurred_at'], name='audit_acces_subject_a5a38c_idx')],
                },
            ),
            migrations.CreateModel(
                name='Entry',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('action', models.UUIDField(default=uuid.uuid4, help_text='the same for all entries of one user action')),
                    ('occurred_at', models.DateTimeField()),
                    ('actor', models.UUIDField(help_text='uuid of the user; none for the clock', null=True)),
                    ('verb', models.CharField(max_length=60)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject', models.UUIDField()),
                    ('text', models.TextField()),
                ],
                options={
                    'ordering': ['id'],
                    'indexes': [models.Index(fields=['subject', 'id'], name='audit_entry_subject_391875_idx'), models.Index(fields=['verb', 'occurred_at'], name='audit_entry_verb_d79fad_idx'), models.Index(fields=['actor', 'occurred_at'], name='audit_entry_actor_6d53a1_idx')],
                },
            ),
            migrations.CreateModel(
                name='EntryDetail',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('salt', models.CharField(max_length=32)),
                    ('text', models.TextField()),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='detail', to='audit.entry')),
                ],
            ),
            migrations.CreateModel(
                name='EntrySeal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('sequence', models.BigIntegerField(unique=True)),
                    ('digest', models.BinaryField(max_length=32)),
                    ('link', models.BinaryField(max_length=32)),
                    ('sealed_at', models.DateTimeField()),
                    ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='seal', to='audit.entry')),
                ],
                options={
                    'ordering': ['sequence'],
                },
            ),
            migrations.CreateModel(
                name='IdempotencyKey',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('user', models.UUIDField()),
                    ('key', models.CharField(max_length=64)),
                    ('created_at', models.DateTimeField()),
                    ('content', models.CharField(blank=True, db_default='', help_text='SHA-256 of what was sent last', max_length=64)),
                    ('location', models.CharField(blank=True, help_text='where the first answer led', max_length=500)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('user', 'key'), name='idempotency_key_once')],
                },
            ),
        ]),
        *sql_of('trainingops.audit.migrations.0002_guards'),
        *sql_of('trainingops.audit.migrations.0004_details_disposed_of'),
    ]
