"""What the migrations up to 0003 make of an empty database, in one step; a filled one goes on with them."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from trainingops.audit.at_once import CreateAll, sql_of


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('records', '0001_initial'),
        ('records', '0002_guards'),
        ('records', '0003_details_disposed_of'),
    ]

    dependencies = [
        ('audit', '0004_details_disposed_of'),
        ('jobs', '0001_initial'),
        ('people', '0008_calendar_feed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        CreateAll([
            migrations.CreateModel(
                name='EvidencePayload',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('text', models.TextField()),
                    ('sha256', models.CharField(help_text='of the text in UTF-8', max_length=64)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='StoredFile',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('sha256', models.CharField(max_length=64, unique=True)),
                    ('size', models.PositiveBigIntegerField()),
                    ('media_type', models.CharField(max_length=80)),
                    ('stored_at', models.DateTimeField()),
                    ('removed_at', models.DateTimeField(help_text='bytes gone after the last disposal; the row stays', null=True)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='Archive',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('requested_at', models.DateTimeField()),
                    ('filters', models.JSONField(default=dict)),
                    ('path', models.CharField(blank=True, max_length=300)),
                    ('size', models.PositiveBigIntegerField(null=True)),
                    ('sha256', models.CharField(blank=True, max_length=64)),
                    ('records_count', models.PositiveIntegerField(default=0)),
                    ('warnings', models.JSONField(default=list)),
                    ('ready_at', models.DateTimeField(null=True)),
                    ('expires_at', models.DateTimeField(null=True)),
                    ('job', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='archive', to='jobs.job')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='archives', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'ordering': ['-requested_at'],
                },
            ),
            migrations.CreateModel(
                name='Clause',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('source', models.CharField(choices=[('procedure', 'Procedure'), ('iso9001', 'ISO 9001:2015')], max_length=10)),
                    ('number', models.CharField(max_length=12)),
                    ('title_id', models.CharField(max_length=200)),
                    ('title_en', models.CharField(max_length=200)),
                    ('order', models.PositiveSmallIntegerField()),
                ],
                options={
                    'ordering': ['source', 'order'],
                    'constraints': [models.UniqueConstraint(fields=('source', 'number'), name='clause_once')],
                },
            ),
            migrations.CreateModel(
                name='ControlledProcedure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('title', models.CharField(max_length=200)),
                    ('revision', models.CharField(max_length=10)),
                    ('effective_on', models.DateField()),
                    ('change_note', models.TextField(blank=True)),
                ],
                options={
                    'ordering': ['-effective_on'],
                    'constraints': [models.UniqueConstraint(fields=('title', 'revision'), name='procedure_revision_once')],
                },
            ),
            migrations.CreateModel(
                name='EvidenceRequest',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(max_length=40)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject', models.UUIDField()),
                    ('training', models.UUIDField(help_text='the plan it belongs to: its records fall due together', null=True)),
                    ('title', models.CharField(max_length=200)),
                    ('language', models.CharField(default='id', max_length=5)),
                    ('evidence_date', models.DateField(help_text='what the evidence is about')),
                    ('supports_until', models.DateField(help_text='the end of what it supports, where known', null=True)),
                    ('requested_by', models.UUIDField(null=True)),
                    ('requested_at', models.DateTimeField()),
                    ('state', models.CharField(choices=[('pending', 'Being made'), ('produced', 'Made'), ('failed', 'Failed')], default='pending', max_length=8)),
                    ('number', models.CharField(blank=True, help_text='drawn once, before rendering', max_length=30)),
                    ('verify_code', models.CharField(blank=True, help_text="drawn with the number; in the page's QR", max_length=24)),
                    ('attempts', models.PositiveSmallIntegerField(default=0)),
                    ('token', models.UUIDField(null=True)),
                    ('lease_until', models.DateTimeField(null=True)),
                    ('draft', models.JSONField(default=dict, help_text='hashes of the sealed file, noted before its bytes are kept')),
                    ('error', models.TextField(blank=True)),
                    ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('payload', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='requests', to='records.evidencepayload')),
                    ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                ],
                options={
                    'ordering': ['id'],
                },
            ),
            migrations.CreateModel(
                name='EvidenceRecord',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('kind', models.CharField(max_length=40)),
                    ('number', models.CharField(max_length=30, unique=True)),
                    ('version', models.PositiveSmallIntegerField(default=1)),
                    ('title', models.CharField(max_length=200)),
                    ('subject_type', models.CharField(max_length=60)),
                    ('subject', models.UUIDField()),
                    ('training', models.UUIDField(null=True)),
                    ('evidence_date', models.DateField()),
                    ('supports_until', models.DateField(null=True)),
                    ('template_version', models.CharField(max_length=20)),
                    ('language', models.CharField(max_length=5)),
                    ('payload_sha256', models.CharField(blank=True, max_length=64)),
                    ('unsigned_sha256', models.CharField(blank=True, max_length=64)),
                    ('certificate_sha256', models.CharField(blank=True, help_text="of the seal's certificate (DER)", max_length=64)),
                    ('verify_code', models.CharField(help_text='unguessable; in the QR of the page', max_length=24, unique=True)),
                    ('paper_place', models.CharField(blank=True, help_text='room, rack and box of a paper original', max_length=120)),
                    ('created_at', models.DateTimeField()),
                    ('line', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.serviceline')),
                    ('payload', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='records', to='records.evidencepayload')),
                    ('procedure', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='records.controlledprocedure')),
                    ('site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.site')),
                    ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.unit')),
                    ('request', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='record', to='records.evidencerequest')),
                    ('sealed', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='records.storedfile')),
                ],
                options={
                    'ordering': ['-evidence_date', '-id'],
                },
            ),
            migrations.CreateModel(
                name='RecordHold',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('reason', models.TextField()),
                    ('placed_at', models.DateTimeField()),
                    ('released_at', models.DateTimeField(null=True)),
                    ('placed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='records.evidencerecord')),
                    ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'abstract': False,
                },
            ),
            migrations.CreateModel(
                name='RecordNumber',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('prefix', models.CharField(max_length=10)),
                    ('year', models.PositiveSmallIntegerField()),
                    ('last', models.PositiveIntegerField(default=0)),
                ],
                options={
                    'constraints': [models.UniqueConstraint(fields=('prefix', 'year'), name='record_counter_once')],
                },
            ),
            migrations.CreateModel(
                name='Erasure',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('legal_basis', models.TextField()),
                    ('requested_at', models.DateTimeField()),
                    ('carried_out_at', models.DateTimeField(null=True)),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='erasures', to='people.person')),
                    ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('requested_by')), _negated=True), _connector='OR'), name='erasure_approved_by_another')],
                },
            ),
            migrations.CreateModel(
                name='Disposal',
                fields=[
                    ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                    ('uuid', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                    ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('carried_out', 'Carried out'), ('rejected', 'Rejected')], default='proposed', max_length=12)),
                    ('reason', models.TextField()),
                    ('proposed_at', models.DateTimeField()),
                    ('carried_out_at', models.DateTimeField(null=True)),
                    ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ('signature', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.signature')),
                    ('records', models.ManyToManyField(related_name='disposals', to='records.evidencerecord')),
                ],
                options={
                    'constraints': [models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='disposal_approved_by_another')],
                },
            ),
            migrations.AddIndex(
                model_name='evidencerequest',
                index=models.Index(fields=['state', 'lease_until'], name='records_evi_state_88ad7c_idx'),
            ),
            migrations.AddIndex(
                model_name='evidencerequest',
                index=models.Index(fields=['subject'], name='records_evi_subject_3364c8_idx'),
            ),
            migrations.AddConstraint(
                model_name='evidencerequest',
                constraint=models.UniqueConstraint(fields=('kind', 'subject', 'payload'), name='evidence_request_once'),
            ),
            migrations.AddConstraint(
                model_name='evidencerequest',
                constraint=models.UniqueConstraint(condition=models.Q(('number', ''), _negated=True), fields=('number',), name='evidence_request_number_once'),
            ),
            migrations.AddIndex(
                model_name='evidencerecord',
                index=models.Index(fields=['kind', 'evidence_date'], name='records_evi_kind_be2be6_idx'),
            ),
            migrations.AddIndex(
                model_name='evidencerecord',
                index=models.Index(fields=['subject'], name='records_evi_subject_9f1a7a_idx'),
            ),
            migrations.AddIndex(
                model_name='evidencerecord',
                index=models.Index(fields=['training'], name='records_evi_trainin_f22150_idx'),
            ),
        ]),
        *sql_of('trainingops.records.migrations.0002_guards'),
        *sql_of('trainingops.records.migrations.0003_details_disposed_of'),
    ]
